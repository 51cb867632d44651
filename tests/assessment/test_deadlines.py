"""Due dates, deadlines and expected updates, against indicators.md."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing_pipeline.assessment.deadlines import (
    Cycle,
    add_cycle,
    cycles,
    deadline,
    deadline_table,
    expected_updates,
)
from sharing_pipeline.assessment.update_timeliness import UpdateTimelinessParameters
from sharing_pipeline.assessment.working_days import WorkingDays
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT

CATALOG = PROJECT / "catalog"
WORKING_DAYS = WorkingDays.load(CATALOG)
CYCLES = cycles(CATALOG)
DEFAULT = UpdateTimelinessParameters()
D = date(2026, 11, 22)
FREE = ("不定期", "一次性/不更新", "其他")
OBLIGING = [name for name in CYCLES if name not in FREE]


def dates_of(name, last_on, parameters=DEFAULT):
    return deadline(last_on, CYCLES[name], parameters, WORKING_DAYS)


def test_worked_example_1_a_monthly_entry_two_days_overdue():
    found = dates_of("每月", date(2026, 10, 15))
    assert found.due_on == date(2026, 11, 15)
    assert found.deadline_on == date(2026, 11, 20)
    assert (D - found.deadline_on).days == 2


def test_worked_example_2_a_monthly_entry_in_grace():
    found = dates_of("每月", date(2026, 10, 16))
    assert (found.due_on, found.deadline_on) == (date(2026, 11, 16), date(2026, 11, 23))
    assert found.due_on < D <= found.deadline_on


def test_worked_example_3_a_daily_entry_over_the_weekend():
    found = dates_of("每日", date(2026, 11, 20))
    assert (found.due_on, found.deadline_on) == (date(2026, 11, 21), date(2026, 11, 23))


def test_worked_example_5_a_quarterly_entry():
    assert dates_of("每季度", date(2026, 9, 1)).due_on == date(2026, 12, 1)


def test_worked_example_7_a_leap_day():
    assert dates_of("每年", date(2024, 2, 29)).due_on == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("name", "due_on", "deadline_on"),
    [
        # From Thursday 2026-03-05; the 清明 holiday is 4 to 6 April, 劳动节 1 to 5 May.
        ("实时", date(2026, 3, 6), date(2026, 3, 6)),
        ("每日", date(2026, 3, 6), date(2026, 3, 9)),
        ("每周", date(2026, 3, 12), date(2026, 3, 16)),
        ("每旬", date(2026, 3, 15), date(2026, 3, 17)),
        ("每两周", date(2026, 3, 19), date(2026, 3, 24)),
        ("每半月", date(2026, 3, 20), date(2026, 3, 25)),
        ("每四周", date(2026, 4, 2), date(2026, 4, 10)),
        ("每月", date(2026, 4, 5), date(2026, 4, 13)),
        ("每两月", date(2026, 5, 5), date(2026, 5, 11)),
        ("每季度", date(2026, 6, 5), date(2026, 6, 22)),
        ("每半年", date(2026, 9, 5), date(2026, 9, 18)),
        ("每年", date(2027, 3, 5), date(2027, 3, 19)),
        ("每两年", date(2028, 3, 5), date(2028, 3, 17)),
        ("每三年", date(2029, 3, 5), date(2029, 3, 19)),
        ("每四年", date(2030, 3, 5), date(2030, 3, 19)),
    ],
)
def test_every_row_of_the_cycle_table(name, due_on, deadline_on):
    found = dates_of(name, date(2026, 3, 5))
    assert (found.due_on, found.deadline_on) == (due_on, deadline_on)


def test_the_code_table_has_exactly_the_cycles_of_the_rules():
    assert [name for name, cycle in CYCLES.items() if cycle.obliges] == list(
        DEFAULT.grace_working_days
    )
    assert {name for name, cycle in CYCLES.items() if not cycle.obliges} == set(FREE)


@pytest.mark.parametrize("name", FREE)
def test_without_obligation_there_is_no_deadline(name):
    assert dates_of(name, D) is None
    assert add_cycle(D, CYCLES[name]) is None
    assert expected_updates(CYCLES[name], D, D, WORKING_DAYS) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2026, 11, 1), 1, date(2026, 12, 1)),
    ],
)
def test_months_are_clamped_to_the_months_end(day, months, expected):
    assert add_cycle(day, Cycle("x", months=months)) == expected


def test_rolling_to_a_working_day_moves_cycles_without_grace_except_realtime():
    saturday = date(2026, 11, 20) + timedelta(days=1)
    rolling = UpdateTimelinessParameters(roll_to_working_day=True, grace_working_days={"每日": 0})
    still = UpdateTimelinessParameters(grace_working_days={"每日": 0})
    friday = date(2026, 11, 20)
    assert dates_of("每日", friday, rolling).deadline_on == date(2026, 11, 23)
    assert dates_of("每日", friday, still).deadline_on == saturday
    assert dates_of("实时", friday, rolling).deadline_on == saturday


def test_a_cycle_that_a_city_has_added_has_no_grace_unless_given():
    five_years = Cycle("每五年", months=60)
    found = deadline(date(2020, 1, 4), five_years, DEFAULT, WORKING_DAYS)
    assert found.deadline_on == found.due_on == date(2025, 1, 4)


def test_soon_days():
    assert dates_of("每周", D).soon_from == date(2026, 11, 22)
    assert dates_of("每日", D).soon_from == date(2026, 11, 23)
    given_days = UpdateTimelinessParameters(soon_days=3)
    assert dates_of("每月", D, given_days).soon_from == date(2026, 12, 19)
    assert dates_of("每日", D, given_days).soon_from == date(2026, 11, 20)


def test_delinquent_is_one_calendar_cycle_after_the_deadline():
    found = dates_of("每月", date(2026, 12, 24))
    assert found.deadline_on == date(2027, 1, 29)
    assert found.delinquent_after == date(2027, 2, 28)


def test_a_deadline_that_counts_days_of_an_unannounced_year_is_provisional():
    assert dates_of("每月", date(2026, 11, 28)).provisional
    assert not dates_of("每月", date(2026, 10, 28)).provisional
    assert not dates_of("实时", date(2026, 12, 31)).provisional
    rolling = UpdateTimelinessParameters(roll_to_working_day=True, grace_working_days={"每日": 0})
    assert dates_of("每日", date(2026, 12, 31), rolling).provisional


def test_dates_at_both_ends_of_the_calendar():
    assert dates_of("每月", date(9999, 12, 1)) is None
    assert dates_of("每日", date.max) is None
    assert dates_of("每日", date(9999, 12, 30)) is None
    late = dates_of("每月", date(9999, 11, 1))
    assert late.deadline_on.year == 9999
    assert late.delinquent_after is None
    soon = UpdateTimelinessParameters(soon_days=30)
    assert dates_of("每日", date.min, soon).soon_from == date.min


def test_the_deadline_table_has_one_sorted_row_per_pair():
    pairs = [(D, "每月"), (D, "没见过"), (date(2026, 1, 1), "每日"), (D, "每月"), (D, "其他")]
    table = deadline_table(pairs, DEFAULT, CYCLES, WORKING_DAYS)
    rows = table.to_pylist()
    assert [(row["last_on"], row["update_cycle"]) for row in rows] == sorted(set(pairs))
    by_cycle = {row["update_cycle"]: row for row in rows}
    monthly = dates_of("每月", D)
    assert tuple(by_cycle["每月"].values()) == (D, "每月", *monthly)
    assert by_cycle["其他"]["deadline_on"] is None
    assert by_cycle["没见过"]["provisional"] is False
    assert str(table.schema.field("due_on").type) == "date32[day]"


def test_an_empty_deadline_table_keeps_its_columns():
    assert deadline_table([], DEFAULT, CYCLES, WORKING_DAYS).column_names[0] == "last_on"


QUARTER = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 92 days, 66 of them worked: Friday 25 September is off, Sunday the 20th makes up.
        ("实时", 33),
        ("每日", 33),
        ("每周", 13),
        ("每旬", 9),
        ("每两周", 6),
        ("每半月", 6),
        ("每四周", 3),
        ("每月", 3),
        ("每两月", 1),
        ("每季度", 1),
        ("每半年", 0),
        ("每四年", 0),
    ],
)
def test_expected_updates_of_a_quarter(name, expected):
    assert expected_updates(CYCLES[name], *QUARTER, WORKING_DAYS) == expected


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), 1),
        (date(2026, 1, 2), date(2026, 2, 28), 1),
        (date(2026, 1, 2), date(2026, 2, 27), 0),
        (date(2026, 1, 15), date(2026, 1, 20), 0),
        (date(2025, 12, 1), date(2026, 2, 27), 2),
    ],
)
def test_only_whole_calendar_months_count(first, last, months):
    assert expected_updates(CYCLES["每月"], first, last, WORKING_DAYS) == months


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (D, date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 9, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 10, 1), date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 2, 1), date(2025, 10, 1), date(2025, 12, 31)),
    ],
)
def test_the_window_is_the_last_whole_quarter(day, first, last):
    assert DEFAULT.window_before(day) == (first, last)


def test_a_given_window_is_taken():
    window = {"from": "2026-01-01", "to": "2026-03-31"}
    parameters = UpdateTimelinessParameters.model_validate({"window": window})
    assert parameters.window_before(D) == (date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("values: {每周: {days: 7, months: 1}}", "只能写一个"),
        ("values: {每周: {days: 七}}", "values.每周.days：要写整数（现在写的是 七）"),
        ("values: {每周: {days: 0}}", "不能小于 1"),
        ("title: 更新周期", "values：缺少"),
    ],
)
def test_a_broken_cycle_table_says_where_and_what(tmp_path, text, says):
    path = tmp_path / "codes" / "update_cycle.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"update_cycle\.yaml") as caught:
        cycles(tmp_path)
    assert says in str(caught.value)


def test_a_catalog_without_cycles_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"update_cycle\.yaml"):
        cycles(tmp_path)


some_days = st.dates(date(2022, 1, 1), date(2027, 12, 31))


@given(some_days, st.sampled_from(OBLIGING), st.booleans())
def test_dates_follow_one_another(last_on, name, roll):
    found = dates_of(name, last_on, UpdateTimelinessParameters(roll_to_working_day=roll))
    assert last_on < found.due_on <= found.deadline_on < found.delinquent_after
    assert found.soon_from <= found.due_on


@given(some_days, some_days, st.sampled_from(OBLIGING))
def test_a_later_update_never_has_an_earlier_deadline(one, other, name):
    early, late = sorted([one, other])
    assert dates_of(name, early).deadline_on <= dates_of(name, late).deadline_on


@given(some_days, some_days, some_days, st.sampled_from(OBLIGING))
def test_a_longer_window_never_expects_less(one, two, three, name):
    first, middle, last = sorted([one, two, three])
    short = expected_updates(CYCLES[name], first, middle, WORKING_DAYS)
    assert 0 <= short <= expected_updates(CYCLES[name], first, last, WORKING_DAYS)
