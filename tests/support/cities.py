"""Random small cities that reach every rule, reason, state and boundary, and their definitions.

Only cases that the design documents decide are drawn. What they leave open, such as a resource file
that lists half of an organisation whose entries move at the same time, is kept out. So any
difference between the pipeline and the reference is a fault in one of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference import City, File
from tests.reference.city import Row
from tests.reference.organisations import Organisations
from tests.reference.working_days import CYCLES
from tests.support.cases import definition
from tests.support.draw import Draw
from tests.support.random_files import random_catalogues, random_resource_files
from tests.support.random_rows import random_item, random_record

NIGHTS = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-11-22", "2026-02-28", "2026-10-10", "2026-09-30", "2026-10-01", "2026-03-01",
        "2026-12-31", "2027-01-04", "2026-05-09", "2026-02-24", "2028-02-29", "2025-10-31",
    )
)  # fmt: skip
"""Sundays, Saturdays that are working days, ends of months and quarters, holidays, leap days, and a
year whose calendar is not announced."""


def night_of(seed: int) -> date:
    """The D of the city of this seed."""
    return NIGHTS[seed % len(NIGHTS)]


def random_city(seed: int, as_of: date | None = None) -> City:
    """A small city around D, which is `night_of(seed)` unless `as_of` is given; all its codes begin
    with the seed."""
    prefix = f"S{seed:04d}"
    draw = Draw(f"city {seed}", as_of or night_of(seed))
    city = City(organisations=_organisations(draw, prefix))
    city.catalogues, entries, plan = random_catalogues(draw, prefix, city.organisations)
    city.resources, resources = random_resource_files(draw, prefix, entries, plan)
    city.logs = _logs(draw, prefix, entries, resources)
    city.demands = _demands(draw, prefix, city.organisations)
    items = sorted({row["demand_id"] for file in city.demands for row in file.rows})
    city.exemptions = _exemptions(draw, sorted(entries), items)
    return city


def merged(cities: list[City]) -> City:
    """Many cities joined into one for a single night; files whose names differ only in the seed are
    joined.

    The outcomes of each city stay the same, because a file replaces only organisations that have
    rows in it.
    """
    whole = City()
    for city in cities:
        whole.organisations += city.organisations
        whole.exemptions += city.exemptions
    for dataset in ("catalogues", "resources", "logs", "demands"):
        rows: dict[str, list[Row]] = {}
        for city in cities:
            for file in getattr(city, dataset):
                rows.setdefault(file.name.partition("-")[2], []).extend(file.rows)
        setattr(whole, dataset, [File(name, rows[name]) for name in sorted(rows)])
    return whole


def _organisations(draw: Draw, prefix: str) -> list[Row]:
    """5 to 15 organisations in a tree; up to three of them have ended, most with a successor."""
    rows: list[Row] = []
    for number in range(draw.random.randrange(5, 16)):
        code = f"{prefix}-O{number:02d}"
        rows.append(
            {
                "org_code": code,
                "org_name": f"{prefix}第{number}局",
                "level": draw.pick({"省": 1, "市": 6, "县": 6}),
                "region": draw.pick({"市本级": 4, "东区": 3, "西区": 2, f"{prefix}区": 2, "": 1}),
                "parent": draw.random.choice(rows)["org_code"] if rows and draw.chance(0.8) else "",
                "valid_from": draw.pick({"": 8, "2020-01-01": 2, str(draw.as_of): 1}),
                "valid_to": draw.pick({"": 8, "9999-12-31": 1, str(draw.as_of): 1}),
            }
        )
    if draw.chance(0.1):
        rows[-1] |= {"valid_from": str(draw.as_of + timedelta(days=1)), "valid_to": ""}
    for row in draw.random.sample(rows, draw.random.randrange(4)):
        ended = draw.as_of - timedelta(days=draw.random.choice((0, 1, 2, 40)))
        row["valid_from"], row["valid_to"] = "", str(ended)
        if draw.chance(0.85):
            successor = draw.random.choice(rows)["org_code"]
            row["successor"] = successor if successor != row["org_code"] else ""
    _break_rings(rows, draw.as_of)
    return rows


def _break_rings(rows: list[Row], as_of: date) -> None:
    """Removes successors by which an organisation would lie below itself or succeed itself."""
    for row in rows:
        organisations = Organisations(rows)
        following = organisations.is_predecessor(row["org_code"], row["org_code"])
        if following or any(
            _is_below_itself(organisations, code, as_of + timedelta(days=days))
            for days in (-1, 0)
            for code in organisations.rows
        ):
            row["successor"] = ""


def _is_below_itself(organisations: Organisations, code: str, day: date) -> bool:
    start, passed = code, set()
    while code in organisations and code not in passed:
        passed.add(code)
        parent = organisations.parent(code, day)
        if parent == start != code:
            return True
        code = parent
    return False


def _logs(
    draw: Draw, prefix: str, entries: dict[str, Row], resources: dict[str, Row]
) -> list[File]:
    """Up to 200 rows in up to three files, with repeats, unknown resources and missing keys."""
    file_count = draw.random.choice((1, 2, 3))
    files = [File(f"{prefix}-log-{index}.csv", []) for index in range(file_count)]
    number = 0
    for code, row in resources.items():
        cycle = entries.get(row["catalogue_code"], {}).get("update_cycle", "")
        only_failures = draw.chance(0.1)
        for _ in range(draw.random.choice((0, 0, 1, 2, 3, 5))):
            number += 1
            status = draw.pick({"成功": 8, "失败": 2, "执行中": 2})
            record = random_record(
                draw, f"{prefix}-B{number:03d}", code, cycle, "失败" if only_failures else status
            )
            _file_with_repeats(draw, files, record)
    files[-1].rows += [
        random_record(draw, f"{prefix}-X1", f"{prefix}-UNKNOWN", "每月", "成功"),
        random_record(draw, "", next(iter(resources), f"{prefix}-R"), "每月", "成功"),
        random_record(draw, f"{prefix}-X2", "", "每月", "成功"),
    ]
    return files


def _file_with_repeats(draw: Draw, files: list[File], record: Row) -> None:
    """Puts the record into a file; sometimes with a repeat, a later end of 执行中, or a copy."""
    places = sorted(draw.random.randrange(len(files)) for _ in range(2))
    files[places[0]].rows.append(record)
    if record["status"] == "执行中" and draw.chance(0.6):
        end = draw.written(draw.moment(draw.as_of + timedelta(days=draw.random.choice((0, 0, 1)))))
        ended = {"status": draw.pick({"成功": 3, "失败": 1}), "finished_at": end}
        files[places[1]].rows.append({**record, **ended})
    elif draw.chance(0.08):
        files[places[1]].rows.append(dict(record))
    elif draw.chance(0.08):
        files[places[1]].rows.append({**record, "row_count": draw.pick({"0": 1, "9": 1})})
    elif draw.chance(0.05):
        files[places[1]].rows.append({**record, "status": "执行中", "finished_at": ""})


def _demands(draw: Draw, prefix: str, organisations: list[Row]) -> list[File]:
    """Up to 40 items in one or two files; the second file upserts some of them."""
    codes = [row["org_code"] for row in organisations]
    first = [
        random_item(
            draw, f"{prefix}-D{number:02d}", draw.random.choice(codes), draw.random.choice(codes)
        )
        for number in range(draw.random.randrange(40))
    ]
    second = []
    for item in first:
        if draw.chance(0.25):
            later = random_item(
                draw, item["demand_id"], item["requester_org"], item["provider_org"]
            )
            second.append(later if draw.chance(0.8) else {**later, "provider_org": "UNKNOWN"})
    if first:
        first.append(dict(draw.random.choice(first)))
        first.append({**draw.random.choice(first), "extension_days": "7"})
        first.append({**first[0], "demand_id": f"{prefix}-D97", "requester_org": "UNKNOWN"})
        first.append({**first[0], "demand_id": f"{prefix}-D98", "provider_org": "UNKNOWN"})
        first.append({**first[0], "demand_id": ""})
    files = [File(f"{prefix}-demand-1.csv", first)]
    files.append(File(f"{prefix}-demand-2.{draw.pick({'csv': 2, 'xlsx': 1, 'json': 1})}", second))
    return [file for file in files if file.rows]


def _exemptions(draw: Draw, entries: list[str], items: list[str]) -> list[Row]:
    """Exemptions of single subjects from single indicators, in force around D."""
    rows = []
    for subject in [*entries, *items]:
        if not subject or not draw.chance(0.1):
            continue
        rows.append(
            {
                "subject_id": subject,
                "indicator": draw.pick(
                    {"mount_rate": 3, "update_timeliness": 3, "demand_completion": 3}
                ),
                "valid_from": draw.pick({"": 3, **_days_around(draw.as_of)}),
                "valid_to": draw.pick({"": 3, "9999-12-31": 1, **_days_around(draw.as_of)}),
                "approved_by": draw.pick({"市数据主管部门": 8, "": 1}),
                "reason": draw.pick({"系统迁移": 8, "": 1}),
            }
        )
    return rows


def _days_around(day: date) -> dict[str, int]:
    return {str(day + timedelta(days=days)): 1 for days in (-30, -1, 0, 1, 30)}


def random_definitions(seed: int) -> list[dict[str, Any]]:
    """An unofficial definition of each indicator and method, with random parameters."""
    random = Random(f"definitions {seed}")
    by_deadline, by_periods = _update_parameters(random)
    mount = {
        "count_not_shareable": random.random() < 0.5,
        "mount_grace_working_days": random.choice([0, 1, 5, 20]),
    }
    stages = {
        "review": random.randrange(1, 5),
        "reply_unconditional": random.randrange(1, 5),
        "reply_conditional": random.randrange(1, 15),
        "provision": random.randrange(1, 25),
    }
    demand = {
        "completion": random.choice(["delivered", "confirmed"]),
        "stage_working_days": stages,
        "max_extension_days": random.choice([0, 5, 10]),
    }
    return [
        definition("mount_rate", "r1", target=random.choice([90, "66.67"]), **mount),
        definition("update_timeliness", "r1", target=random.choice([90, "85.5"]), **by_deadline),
        definition("update_timeliness", "r2", **by_periods),
        definition("demand_completion", "r1", target=random.choice([75, 100]), **demand),
    ]


def _update_parameters(random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Random parameters of update_timeliness, by deadline and by periods."""
    update = {
        "count_not_shareable": random.random() < 0.5,
        "unknown_cycle": random.choice(["missed", "excluded"]),
        "api_rule": random.choice(["calls", "exclude", "cycle"]),
        "api_window_days": random.choice([0, 1, 29, 30, 31, 90]),
        "evidence": random.choice(
            ["exchange_first", "exchange_only", "declared_only", "latest_of_both"]
        ),
        "resource_rule": random.choice(["any", "all"]),
    }
    grace = {cycle: random.randrange(0, 12) for cycle in CYCLES if random.random() < 0.3}
    by_deadline = {
        **update,
        "roll_to_working_day": random.random() < 0.5,
        "grace_working_days": {**grace, "每月": 0},
        "soon_days": random.choice([None, 0, 1, 7, 30]),
    }
    by_periods = {
        **update,
        "evidence": random.choice(
            ["exchange_first", "exchange_only", "declared_only", "latest_of_both"]
        ),
        "method": "periods",
        "period_threshold": random.choice([0.2, 0.34, 0.5, 0.8, 1]),
        "window": random.choice([None, *WINDOWS]),
    }
    return by_deadline, by_periods


WINDOWS = (
    {"from": date(2026, 1, 1), "to": date(2026, 12, 31)},
    {"from": date(2026, 10, 1), "to": date(2026, 11, 30)},
    {"from": date(2026, 11, 1), "to": date(2026, 11, 20)},
    {"from": date(2024, 1, 1), "to": date(2026, 12, 31)},
)
"""Windows of whole months or of less than a month, because indicators.md leaves open what a part of
a month counts."""
