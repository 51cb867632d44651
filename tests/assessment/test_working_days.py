"""The working-day calendar: announced years, local corrections, and the laws of counting."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharing_pipeline.assessment.working_days import Pause, WorkingDays
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT

CATALOG = PROJECT / "catalog"
SHARED = Path(os.environ.get("SHARED_DATA", PROJECT.parent / "shared" / "data"))
DAY = timedelta(days=1)
WORKING_DAYS = WorkingDays.load(CATALOG)

days = st.dates(date(2022, 1, 1), date(2029, 12, 31))
pauses = st.lists(
    st.builds(
        lambda start, length: (start, None if length is None else start + length * DAY),
        st.dates(date(2026, 1, 1), date(2026, 6, 30)),
        st.none() | st.integers(-5, 40),
    ),
    max_size=4,
)


def local_calendar(folder: Path, text: str) -> WorkingDays:
    (folder / "calendar.yaml").write_text(text, encoding="utf-8")
    return WorkingDays.load(folder)


@pytest.mark.parametrize("year", range(2022, 2027))
def test_announced_years_agree_with_the_published_plans(year):
    plans = SHARED / "calendar"
    if not plans.is_dir():
        pytest.skip(f"no published plans under {plans}; set SHARED_DATA to the shared data folder")
    named = {}
    for path in sorted(plans.glob("holiday-20*.json")):
        for day in json.loads(path.read_text(encoding="utf-8"))["days"]:
            named[date.fromisoformat(day["date"])] = not day["isOffDay"]
    first = date(year, 1, 1)
    every = [first + n * DAY for n in range((date(year, 12, 31) - first).days + 1)]
    expected = {day: named.get(day, day.weekday() < 5) for day in every}
    assert {day: WORKING_DAYS.is_working(day) for day in every} == expected
    assert WORKING_DAYS.is_announced(year)


def test_the_listed_but_empty_year_is_not_announced_and_falls_back_to_the_week():
    assert not WORKING_DAYS.is_announced(2027)
    assert WORKING_DAYS.is_working(date(2027, 1, 1))
    assert not WORKING_DAYS.is_working(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("first", "last", "touches"),
    [
        (date(2026, 12, 1), date(2026, 12, 31), False),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2027, 1, 1), date(2027, 1, 1), True),
        (date(2031, 1, 1), date(2031, 1, 5), True),
        (date(1990, 1, 1), date(1990, 1, 5), False),
        (date(2027, 1, 5), date(2026, 1, 5), False),
    ],
)
def test_what_rests_on_a_year_to_come_is_known(first, last, touches):
    assert WORKING_DAYS.touches_unannounced(first, last) is touches


@pytest.mark.parametrize(
    ("day", "n", "roll", "expected"),
    [
        (date(2026, 11, 15), 0, False, date(2026, 11, 15)),
        (date(2026, 11, 15), 0, True, date(2026, 11, 16)),
        (date(2026, 11, 16), 0, True, date(2026, 11, 16)),
        (date(2026, 11, 15), 5, False, date(2026, 11, 20)),
        (date(2026, 11, 16), 5, False, date(2026, 11, 23)),
        # National Day 2026: 1 to 7 October off, Saturday the 10th worked.
        (date(2026, 9, 30), 1, False, date(2026, 10, 8)),
        (date(2026, 10, 8), 2, False, date(2026, 10, 10)),
    ],
)
def test_shift(day, n, roll, expected):
    assert WORKING_DAYS.shift(day, n, roll) == expected


def test_a_year_can_be_announced_in_the_catalog(tmp_path):
    local = local_calendar(
        tmp_path, "years:\n  2027:\n    holidays: [2027-01-01]\n    workdays: [2027-01-03]\n"
    )
    assert local.is_announced(2027)
    assert not local.is_working(date(2027, 1, 1))
    assert local.is_working(date(2027, 1, 3))
    assert not local.touches_unannounced(date(2026, 12, 31), date(2027, 1, 5))
    assert local.shift(date(2026, 12, 31), 1) == date(2027, 1, 3)
    assert local.version != WORKING_DAYS.version


def test_an_announced_year_can_be_corrected_in_the_catalog(tmp_path):
    local = local_calendar(
        tmp_path, "years: {2026: {holidays: [2026-11-23], workdays: [2026-10-01]}}"
    )
    assert local.is_announced(2026)
    assert not local.is_working(date(2026, 11, 23))
    assert local.is_working(date(2026, 10, 1))
    assert not local.is_working(date(2026, 10, 2))


def test_an_announced_year_that_is_emptied_in_the_catalog_is_taken_back(tmp_path):
    local = local_calendar(tmp_path, "years: {2026: }")
    assert not local.is_announced(2026)
    assert local.is_working(date(2026, 10, 1))


@pytest.mark.parametrize("text", [None, "", "years:", "years: {}"])
def test_the_catalog_need_not_say_anything(tmp_path, text):
    local = WorkingDays.load(tmp_path) if text is None else local_calendar(tmp_path, text)
    assert local.is_announced(2026)
    assert not local.is_announced(2027)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("years: {2027: {holidays: [2026-01-01]}}", "别的年份"),
        (
            "years: {2027: {holidays: [2027-01-01], workdays: [2027-01-01]}}",
            "既写成假日又写成工作日",
        ),
        ("years: {2027: {holidays: [2027-02-30]}}", "确实存在的日期"),
        ("years: {2027: {holidays: 元旦}}", "要写成一列值"),
        ("years: {2027: {rest: []}}", "不认识 rest；可用的有：holidays、workdays"),
        ("year: {}", "不认识 year；可用的有：years"),
        ("years: {明年: {}}", "要写整数"),
        ("- 2027", "键: 值"),
    ],
)
def test_a_broken_calendar_says_where_and_what(tmp_path, text, says):
    with pytest.raises(ConfigurationError) as caught:
        local_calendar(tmp_path, text)
    assert says in str(caught.value)
    assert "calendar.yaml" in str(caught.value)


def test_the_clock_stops_while_the_requester_is_asked():
    opened = date(2026, 11, 2)
    assert WORKING_DAYS.nth_counted(opened, 10, []) == date(2026, 11, 16)
    # The day of the return counts, the day of the resubmission doesn't.
    pause = (date(2026, 11, 4), date(2026, 11, 11))
    assert WORKING_DAYS.nth_counted(opened, 10, [pause]) == date(2026, 11, 23)
    assert WORKING_DAYS.nth_counted(opened, 2, [pause]) == date(2026, 11, 4)
    assert WORKING_DAYS.nth_counted(opened, 3, [(date(2026, 11, 4), None)]) is None
    assert WORKING_DAYS.nth_counted(opened, 2, [(date(2026, 11, 4), None)]) == date(2026, 11, 4)
    assert WORKING_DAYS.nth_counted(opened, 0, [pause]) == opened


def test_dates_beyond_the_year_9999_are_none():
    assert WORKING_DAYS.shift(date.max, 1) is None
    assert WORKING_DAYS.shift(date(9999, 12, 30), 10) is None
    assert WORKING_DAYS.shift(date.max, 0) == date.max
    assert WORKING_DAYS.nth_counted(date(9999, 12, 30), 10, []) is None
    assert WORKING_DAYS.nth_counted(date(2026, 1, 1), 1, [(date(2026, 1, 1), date.max)]) is None


def test_counting_backwards_is_refused():
    with pytest.raises(ValueError, match="-1"):
        WORKING_DAYS.shift(date(2026, 1, 1), -1)


@given(days, st.integers(0, 40), st.booleans())
def test_shift_is_the_nth_working_day_found_by_walking(day, n, roll):
    walked = day
    if n == 0 and roll:
        while not WORKING_DAYS.is_working(walked):
            walked += DAY
    for _ in range(n):
        walked += DAY
        while not WORKING_DAYS.is_working(walked):
            walked += DAY
    assert WORKING_DAYS.shift(day, n, roll) == walked


@given(days, days, st.integers(0, 40), st.booleans())
def test_a_later_day_never_shifts_to_an_earlier_one(one, other, n, roll):
    early, late = sorted([one, other])
    assert WORKING_DAYS.shift(early, n, roll) <= WORKING_DAYS.shift(late, n, roll)


@given(days, st.integers(1, 40), st.integers(1, 40))
def test_shifts_add_up(day, n, m):
    assert WORKING_DAYS.shift(WORKING_DAYS.shift(day, n), m) == WORKING_DAYS.shift(day, n + m)


@given(days, st.integers(1, 60))
def test_count_undoes_shift(day, n):
    assert WORKING_DAYS.count(day + DAY, WORKING_DAYS.shift(day, n)) == n
    assert WORKING_DAYS.count(day, day - DAY) == 0


def walk(opened: date, n: int, stopped: list[Pause]) -> date | None:
    """The rule word for word: every working day after the opening that lies in no pause."""
    day, left = opened, n
    while left and day < date(2027, 6, 30):
        day += DAY
        paused = any(start < day and (end is None or day <= end) for start, end in stopped)
        left -= WORKING_DAYS.is_working(day) and not paused
    return None if left else day


@settings(max_examples=300)
@given(st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(1, 30), pauses)
def test_the_counted_day_is_the_one_found_by_walking(opened, n, stopped):
    assert WORKING_DAYS.nth_counted(opened, n, stopped) == walk(opened, n, stopped)
