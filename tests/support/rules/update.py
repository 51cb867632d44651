"""Cases for update_timeliness, indicators.md §3, but for deadlines and the method of periods."""

from __future__ import annotations

from functools import partial

from tests.support.cases import api, entry_case, outcome, resource, supply

case = partial(entry_case, "update_timeliness")

NOT_MOUNTED = outcome("excluded not_mounted")
NOT_OBSERVABLE = outcome("excluded not_observable")


def dated(text: str, due_on: str, deadline_on: str, overdue_days: int, **more: str):
    return outcome(text, due_on=due_on, deadline_on=deadline_on, overdue_days=overdue_days, **more)


def exchanged(text: str, day: str, due_on: str, deadline_on: str, overdue_days: int = 0):
    evidence = {"evidence_source": "exchange", "evidence_at": day}
    return dated(text, due_on, deadline_on, overdue_days, **evidence)


def declared(text: str, day: str, due_on: str, deadline_on: str, overdue_days: int = 0):
    evidence = {"evidence_source": "declared", "evidence_at": day}
    return dated(text, due_on, deadline_on, overdue_days, **evidence)


def alive(day: str):
    return outcome("met api_alive", evidence_source="exchange", evidence_at=day)


def silent(day: str = ""):
    return outcome("missed api_silent", evidence_source="exchange" if day else "", evidence_at=day)


FRESH = exchanged("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")
SUPPLIED = [supply("2026-11-10")]
# 2026-01-06 plus a month is 02-06, five working days later (Sat 02-14 works) is 02-13.
NEVER = dated("missed never_updated delinquent", "2026-02-06", "2026-02-13", 282)

ENTRY_RULES = [
    case("update 1: not published", outcome("excluded not_published"), publish_status="草稿"),
    case("update 1: published on D+1", outcome("excluded not_published"),
         published_on="2026-11-23"),
    case("update 2: exempt", outcome("excluded exempt"), exemption={}),
    case("update 2: exemption of another indicator", FRESH, logs=SUPPLIED,
         exemption={"indicator": "mount_rate"}),
    case("update 3: 不予共享", outcome("excluded not_shareable"), sharing_type="不予共享"),
    case("update 3: its own count_not_shareable", FRESH, logs=SUPPLIED, sharing_type="不予共享",
         parameters={"count_not_shareable": True}),
    case("update 3a: lacks update", NOT_OBSERVABLE, lacks="update"),
    case("update 3a: lacks cycle", NOT_OBSERVABLE, lacks="mount;cycle"),
    case("update 3a: a space behind the ;", NOT_OBSERVABLE, lacks="mount; cycle"),
    case("update 3a: comes before not_mounted", NOT_OBSERVABLE, lacks="cycle", resources=[]),
    case("update 4: no resource", NOT_MOUNTED, resources=[]),
    case("update 4: only offline", NOT_MOUNTED, resources=[resource(resource_status="停用")]),
    case("update 4: mounted on D+1", NOT_MOUNTED, resources=[resource(mounted_on="2026-11-23")]),
    case("update 4: 挂载待审核", NOT_MOUNTED, resources=[resource(mount_status="挂载待审核")]),
    case("update 4: comes before the cycle", NOT_MOUNTED, resources=[], update_cycle="不定期"),
    case("update 4: skipped where mounting is not known", resources=[], lacks="mount",
         last_updated_on="2026-11-10",
         expected=declared("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")),
    *(
        case(f"update 5: {cycle}", outcome("excluded no_cycle_obligation"), update_cycle=cycle)
        for cycle in ("不定期", "一次性/不更新", "其他")
    ),
    case("update 6: no cycle", outcome("missed cycle_unknown"), update_cycle=""),
    case("update 6: a cycle that isn't recognised", outcome("missed cycle_unknown"),
         update_cycle="随缘更新"),
    case("update 6: unknown_cycle excluded", outcome("excluded cycle_unknown"),
         update_cycle="随缘更新", parameters={"unknown_cycle": "excluded"}),
]  # fmt: skip

API_RULES = [
    case("update 7: a call on D", alive("2026-11-22"), resources=[api()],
         logs=[supply("2026-11-22 23:59:59.999", direction="共享", rows=0)]),
    case("update 7: a supply 30 days ago, rows unknown", alive("2026-10-23"), resources=[api()],
         logs=[supply("2026-10-23 00:00:00", rows="")]),
    case("update 7: 31 days ago", silent("2026-10-22"), resources=[api()],
         logs=[supply("2026-10-22 23:59:59")]),
    case("update 7: api_window_days", alive("2026-10-22"), resources=[api()],
         logs=[supply("2026-10-22")], parameters={"api_window_days": 31}),
    case("update 7: only failures", silent(), resources=[api()],
         logs=[supply("2026-11-20", status="失败", direction="共享")]),
    case("update 7: a running call is a record", silent(), resources=[api()],
         logs=[supply("", status="执行中", direction="共享", started_at="2026-11-22 10:00:00")]),
    case("update 7: a success with unknown finished_at", silent(), resources=[api()],
         logs=[supply("", started_at="2026-11-20")]),
    case("update 7: no record up to D goes on to rule 8", NEVER, resources=[api()],
         logs=[supply("2026-11-23 00:00:00")]),
    case("update 7: starts on D, finishes on D+1: no record", NEVER, resources=[api()],
         logs=[supply("2026-11-23 00:00:00", started_at="2026-11-22 23:59:00")]),
    case("update 7: no record, declared", resources=[api()], last_updated_on="2026-11-10",
         expected=declared("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")),
    case("update 7: api_rule exclude", outcome("excluded api_only"), resources=[api()],
         parameters={"api_rule": "exclude"}),
    case("update 7: api_rule cycle", FRESH, resources=[api()], logs=SUPPLIED,
         parameters={"api_rule": "cycle"}),
    case("update 7: not every mounted resource is an API", FRESH, resources=[resource(), api()],
         logs=[*SUPPLIED, supply("2026-11-20", direction="共享", of="2")]),
    case("update 7: every mounted one is", alive("2026-11-20"),
         resources=[resource(resource_status="停用"), api()],
         logs=[supply("2026-11-20", direction="共享", of="2")]),
    case("update 7: records of resources not mounted don't count", NEVER,
         resources=[resource(resource_status="停用"), api()], logs=SUPPLIED),
]  # fmt: skip

FIRST_CYCLES = [
    # No evidence: the baseline stands in for it. 2026-10-16 + 1 month + 5 working days = 11-23.
    case("update 8: first cycle", resources=[resource(mounted_on="2026-10-16")],
         expected=dated("excluded first_cycle in_grace", "2026-11-16", "2026-11-23", 0)),
    case("update 8: first cycle is over", resources=[resource(mounted_on="2026-10-15")],
         expected=dated("missed never_updated overdue", "2026-11-15", "2026-11-20", 2)),
    case("update 8: the earliest of the known mounted_on", published_on="2026-01-01",
         resources=[resource(mounted_on=""), resource(mounted_on="2026-11-01"),
                    resource(mounted_on="2026-10-16")],
         expected=dated("excluded first_cycle in_grace", "2026-11-16", "2026-11-23", 0)),
    case("update 8: of the mounted ones", resources=[
         resource(mounted_on="2026-01-06", resource_status="停用"),
         resource(mounted_on="2026-10-16")],
         expected=dated("excluded first_cycle in_grace", "2026-11-16", "2026-11-23", 0)),
    case("update 8: else published_on", resources=[resource(mounted_on="")],
         published_on="2026-10-16",
         expected=dated("excluded first_cycle in_grace", "2026-11-16", "2026-11-23", 0)),
    case("update 8: no baseline at all", outcome("missed never_updated"),
         resources=[resource(mounted_on="")], published_on=""),
    case("update 8: a future last_updated_on is no evidence", NEVER,
         last_updated_on="2026-11-23"),
]  # fmt: skip

EXCHANGE = [
    case("evidence: rows > 0", FRESH, logs=SUPPLIED),
    case("evidence: 0 rows, verified_no_change", FRESH,
         logs=[supply("2026-11-10", rows=0, verified_no_change="true")]),
    case("evidence: unknown rows, verified_no_change", FRESH,
         logs=[supply("2026-11-10", rows="", verified_no_change="true")]),
    *(
        case(f"evidence: {why} is none", NEVER, logs=[row], last_updated_on="2026-11-10")
        for why, row in {
            "0 rows": supply("2026-11-10", rows=0),
            "an unknown row_count": supply("2026-11-10", rows=""),
            "a failure": supply("2026-11-10", status="失败"),
            "a running supply": supply("", status="执行中", started_at="2026-11-10"),
            "an unknown finished_at": supply("", started_at="2026-11-10"),
        }.items()
    ),
    case("evidence: a use is no supply", logs=[supply("2026-11-12", direction="共享")],
         last_updated_on="2026-11-10",
         expected=declared("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")),
    case("evidence: a supply after D is no record on D", logs=[supply("2026-11-23 00:00:00")],
         last_updated_on="2026-11-10",
         expected=declared("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")),
    case("evidence: the last millisecond of D", logs=[supply("2026-11-22 23:59:59.999")],
         expected=exchanged("met on_time fresh", "2026-11-22", "2026-12-22", "2026-12-29")),
    case("evidence: 23:30 UTC is the next day in Shanghai",
         logs=[supply("2026-10-15T23:30:00+00:00")],
         expected=exchanged("met on_time in_grace", "2026-10-16", "2026-11-16", "2026-11-23")),
    case("evidence: 23:30 UTC on D is D+1", NEVER,
         logs=[supply("2026-11-22T23:30:00+00:00"), supply("2026-11-01", status="失败")]),
    case("evidence: finished_at decides, not started_at",
         logs=[supply("2026-10-16 00:10:00", started_at="2026-10-15 23:50:00")],
         expected=exchanged("met on_time in_grace", "2026-10-16", "2026-11-16", "2026-11-23")),
    case("evidence: a finished row replaces 执行中", FRESH, logs=[
        supply("", status="执行中", started_at="2026-11-10 01:00:00", batch="x"),
        supply("2026-11-10 02:00:00", started_at="2026-11-10 01:00:00", batch="x")]),
    case("evidence: of two finished rows the first stays", NEVER, logs=[
        supply("2026-11-10 02:00:00", rows=0, batch="x"),
        supply("2026-11-10 03:00:00", rows=9, batch="x")]),
    case("evidence: the same batch on another day is another row", FRESH, logs=[
        supply("2026-11-09 02:00:00", rows=0, batch="x"),
        supply("2026-11-10 03:00:00", rows=9, batch="x")]),
    case("evidence: declared on D",
         expected=declared("met on_time fresh", "2026-11-22", "2026-12-22", "2026-12-29"),
         last_updated_on="2026-11-22"),
]  # fmt: skip

OCTOBER = {"logs": [supply("2026-10-16")], "last_updated_on": "2026-11-10"}
BY_LOG = exchanged("met on_time in_grace", "2026-10-16", "2026-11-16", "2026-11-23")
BY_DECLARATION = declared("met on_time fresh", "2026-11-10", "2026-12-10", "2026-12-17")
ALL = {"resource_rule": "all"}

WHICH_EVIDENCE = [
    case("exchange_first: the log counts alone", BY_LOG, **OCTOBER),
    case("exchange_only", BY_LOG, parameters={"evidence": "exchange_only"}, **OCTOBER),
    case("exchange_only: declared doesn't count", NEVER, last_updated_on="2026-11-10",
         parameters={"evidence": "exchange_only"}),
    case("declared_only", BY_DECLARATION, parameters={"evidence": "declared_only"}, **OCTOBER),
    case("declared_only: the log doesn't count", NEVER, logs=SUPPLIED,
         parameters={"evidence": "declared_only"}),
    case("latest_of_both: declared is later", BY_DECLARATION,
         parameters={"evidence": "latest_of_both"}, **OCTOBER),
    case("latest_of_both: exchange is later", FRESH, logs=SUPPLIED, last_updated_on="2026-11-01",
         parameters={"evidence": "latest_of_both"}),
    case("latest_of_both: exchange on a tie", FRESH, logs=SUPPLIED, last_updated_on="2026-11-10",
         parameters={"evidence": "latest_of_both"}),
    case("any: the latest resource counts", FRESH, resources=[resource(), resource()],
         logs=[supply("2026-03-01"), supply("2026-11-10", of="2")]),
    case("all: the oldest of their latest", BY_LOG, parameters=ALL,
         resources=[resource(), resource()],
         logs=[supply("2026-03-01"), supply("2026-10-16"), supply("2026-11-10", of="2")]),
    case("all: one without an update, no evidence", NEVER, parameters=ALL, logs=SUPPLIED,
         resources=[resource(), api()]),
    case("all: one that is not mounted doesn't matter", FRESH, parameters=ALL, logs=SUPPLIED,
         resources=[resource(), resource(mount_status="挂载已退回")]),
    case("all, latest_of_both: one without an update, declared counts", BY_DECLARATION,
         logs=[supply("2026-11-20")], last_updated_on="2026-11-10",
         parameters={**ALL, "evidence": "latest_of_both"}, resources=[resource(), resource()]),
]  # fmt: skip

RULES = [*ENTRY_RULES, *API_RULES, *FIRST_CYCLES, *EXCHANGE, *WHICH_EVIDENCE]
