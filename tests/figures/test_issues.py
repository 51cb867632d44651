"""The issue list from night to night (interface.md, inputs.md §5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.city import Row
from tests.support.night_helpers import Home, batch, entry, item, organisations, resource

NIGHTS = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-24", "2026-12-20", "2026-12-21")
FIRST, SECOND, THIRD, SKIPPED, MONTH, LATER = NIGHTS

APPROVED = {"indicator": "mount_rate", "approved_by": "市数据局", "reason": "系统迁移"}
FUTURE = {"last_updated_on": "2027-01-01"}


def exempt(code: str, **fields: str) -> Row:
    return {"subject_id": code, **APPROVED, **fields}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    listed = organisations("A", "B", "C")
    listed[0]["data_officer"] = "甲局数据专员岗"
    made = Home(tmp_path_factory.mktemp("issues"), listed=listed)
    for step in (first, second, third, after_a_skipped_night):
        step(made)
        made.night(NIGHTS[(first, second, third, after_a_skipped_night).index(step)])
    made.night(MONTH)
    made.night(LATER)
    return made


def first(home: Home) -> None:
    home.put("catalogue/甲-2026-11-01.csv", [
        entry("MISSED", "A"), entry("MENDED", "A"), entry("WARNED", "A", **FUTURE),
        entry("GONE", "A", **FUTURE), entry("FREE", "A"),
    ])  # fmt: skip
    home.put("catalogue/乙-2026-11-01.csv", [entry("BACKED", "B"), entry("", "B")])
    home.put("catalogue/资源-2026-11-01.csv", [
        resource("R-MENDED", "MENDED", mounted_on="2026-11-21"),
        resource("R-BACKED", "BACKED", row_count="3万条"),
    ])  # fmt: skip
    home.put("exemption/exemptions.csv", [exempt("FREE"), exempt("OTHER", approved_by="")])
    home.put("demand/清单.csv", [item("I-1", "A"), item("I-2", "NOBODY")])


def second(home: Home) -> None:
    home.put("catalogue/甲-2026-11-21.csv", [
        entry("MISSED", "A"), entry("MENDED", "A"), entry("WARNED", "A"), entry("FREE", "A"),
    ])  # fmt: skip


def third(home: Home) -> None:
    home.put("exemption/exemptions.csv", [
        exempt("FREE", valid_to="2026-12-31"), exempt("BACKED"),
    ])  # fmt: skip


def after_a_skipped_night(home: Home) -> None:
    home.put("catalogue/甲-2026-11-23.csv", [
        entry("MISSED", "A"), entry("MENDED", "A", **FUTURE), entry("WARNED", "A", **FUTURE),
        entry("FREE", "A"),
    ])  # fmt: skip


def status(home: Home, rule: str, subject: str) -> list[tuple[str, str]]:
    """Of each night: the status and since when; empty where the issue is not listed."""
    found = [home.issues(day, rule).get(subject) for day in NIGHTS]
    return [(row["status"], row["since"]) if row else ("", "") for row in found]


NOT = ("", "")


def test_a_missed_subject_is_new_once_and_then_continues(home: Home) -> None:
    assert status(home, "mount_rate", "MISSED") == [
        ("new", FIRST), *[("continuing", FIRST)] * 5,
    ]  # fmt: skip


def test_its_id_stays_the_same(home: Home) -> None:
    ids = {home.issues(day, "mount_rate")["MISSED"]["issue_id"] for day in NIGHTS}
    assert len(ids) == 1
    for day in NIGHTS:
        rows = home.table("issue", day)
        assert len({row["issue_id"] for row in rows}) == len(rows)


def test_a_mended_one_is_resolved_on_its_first_night_only(home: Home) -> None:
    assert status(home, "mount_rate", "MENDED") == [
        ("new", FIRST), ("resolved", FIRST), NOT, NOT, NOT, NOT,
    ]  # fmt: skip


def test_a_warning_is_of_rows_in_force_only_and_new_again_after_a_break(home: Home) -> None:
    rule = "catalogue_last_updated_on_in_future"
    assert status(home, rule, "WARNED") == [
        ("new", FIRST), ("resolved", FIRST), NOT, ("new", SKIPPED),
        ("continuing", SKIPPED), ("continuing", SKIPPED),
    ]  # fmt: skip
    assert status(home, rule, "GONE")[1:3] == [("resolved", FIRST), NOT]


def test_a_warning_says_whom_it_concerns(home: Home) -> None:
    [row] = [row for row in home.table("issue", FIRST) if row["subject_id"] == "R-BACKED"]
    assert (row["org_code"], row["indicator_or_rule"]) == ("B", "resource_row_count_with_unit")
    assert row["severity"] == "warning" and row["message"] and row["what_to_do"]
    assert home.issues(FIRST, "mount_rate")["MISSED"]["contact"] == "甲局数据专员岗"


def test_a_missed_subject_says_why_and_what_to_do(home: Home) -> None:
    row = home.issues(FIRST, "mount_rate")["MISSED"]
    assert (row["severity"], row["reason"], row["org_code"]) == ("missed", "no_resource", "A")
    assert row["what_to_do"]
    overdue = home.issues(FIRST, "demand_completion")["I-1"]
    assert (overdue["reason"], overdue["overdue_days"]) == ("overdue", "16")


def test_met_and_excluded_are_no_issues(home: Home) -> None:
    assert "FREE" not in home.issues(FIRST, "mount_rate")
    assert "BACKED" not in home.issues(FIRST, "mount_rate")


def test_a_vanished_entry_is_listed_for_a_month(home: Home) -> None:
    assert status(home, "entry_vanished", "GONE") == [
        NOT, ("new", SECOND), ("continuing", SECOND), ("continuing", SECOND),
        ("continuing", SECOND), ("resolved", SECOND),
    ]  # fmt: skip
    assert home.issues(SECOND, "entry_vanished")["GONE"]["org_code"] == "A"


def test_every_change_of_exemptions_is_listed(home: Home) -> None:
    def changes(day: str) -> set[tuple[str, str, str]]:
        return {
            (row["subject_id"], row["message"].split("：")[1].split()[0], row["status"])
            for row in home.table("issue", day)
            if row["indicator_or_rule"] == "exemption_changed"
        }

    assert changes(FIRST) == {("FREE", "新增", "new")}
    assert changes(SECOND) == {("FREE", "新增", "resolved")}
    assert changes(THIRD) == {
        ("FREE", "新增", "new"), ("FREE", "取消", "new"), ("BACKED", "新增", "new"),
    }  # fmt: skip
    assert changes(MONTH) == set()


def test_quarantined_rows_are_no_rows_in_force(home: Home) -> None:
    rules = {row["indicator_or_rule"] for row in home.table("issue", FIRST)}
    quarantined = {row["rule"] for row in home.table("quarantine", None)}
    assert quarantined == {"key_missing", "organisation_unknown", "exemption_approved_by_missing"}
    assert rules.isdisjoint(quarantined)


def test_an_older_night_run_again_looks_back_to_the_night_before_it(home: Home) -> None:
    before = home.table("issue", SECOND)
    home.night(SECOND)
    again = [
        row for row in home.table("issue", SECOND) if row["subject_id"] not in ("FREE", "BACKED")
    ]
    assert again == [row for row in before if row["subject_id"] not in ("FREE", "BACKED")]


def test_a_log_warning_says_how_many_rows_it_is_about(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("E", "A")])
    home.put("catalogue/r.csv", [resource("R", "E")])
    rows: list[int | str] = [9, 9, 0, "约5", 9, -3]
    home.put("exchange_log/log.csv", [
        batch(f"B-{number}", "R", "2026-11-22 10:00:00", count) for number, count in enumerate(rows)
    ])  # fmt: skip
    home.night("2026-11-22")
    said = {row["indicator_or_rule"]: row["message"] for row in home.table("issue", "2026-11-22")}
    for rule in ("success_without_rows", "unreadable_row_count", "negative_count"):
        assert "有 1 条" in said[f"exchange_{rule}"]
