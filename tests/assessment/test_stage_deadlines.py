"""Stage deadlines of demands: the clock that stops while the requester is asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing_pipeline.assessment.deadlines import pauses, stage_deadline, stage_deadline_table
from sharing_pipeline.assessment.working_days import WorkingDays
from sharing_pipeline.settings import PROJECT

WORKING_DAYS = WorkingDays.load(PROJECT / "catalog")
OPENED = date(2026, 11, 2)
some_days = st.dates(date(2022, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("returned_on", "resubmitted_on", "as_of", "expected"),
    [
        (None, None, None, date(2026, 11, 16)),
        ("", "", None, date(2026, 11, 16)),
        ("2026-11-04", "2026-11-11", None, date(2026, 11, 23)),
        ("2026-11-04;2026-11-12", "2026-11-05;2026-11-13", None, date(2026, 11, 18)),
        ("2026-11-04", "", None, None),
        (";2026-11-04", "2026-11-09;2026-11-05", None, date(2026, 11, 17)),
        ("2026-11-04", "2026-11-11", date(2026, 11, 3), date(2026, 11, 16)),
        ("2026-11-04", "2026-11-11", date(2026, 11, 10), None),
        ("2026-11-04;2026-11-12", "2026-11-05", None, None),
        ("", "2026-11-11", None, date(2026, 11, 16)),
    ],
)
def test_stage_deadline_of_ten_working_days(returned_on, resubmitted_on, as_of, expected):
    found = stage_deadline(OPENED, 10, returned_on, resubmitted_on, WORKING_DAYS, as_of)
    assert found == expected


def test_the_stage_table_has_one_sorted_row_per_key():
    keys = [
        (date(2026, 12, 28), 10, None, None),
        (OPENED, 10, "2026-11-04", None),
        (OPENED, 2, None, ""),
        (OPENED, 2, "", None),
    ]
    rows = [tuple(row.values()) for row in stage_deadline_table(keys, WORKING_DAYS).to_pylist()]
    assert rows == [
        (OPENED, 2, "", "", date(2026, 11, 4), False),
        (OPENED, 10, "2026-11-04", "", None, False),
        (date(2026, 12, 28), 10, "", "", date(2027, 1, 11), True),
    ]


def test_pauses_are_read_as_they_stood_on_the_day():
    dates = ("2026-11-04; 2026-11-12", "2026-11-05;2026-11-13")
    first = (date(2026, 11, 4), date(2026, 11, 5))
    assert pauses(*dates, date(2026, 11, 11)) == [first]
    assert pauses(*dates, date(2026, 11, 12)) == [first, (date(2026, 11, 12), None)]
    assert pauses("", "", date(2026, 11, 12)) == []


def test_an_empty_stage_table_keeps_its_columns():
    assert stage_deadline_table([], WORKING_DAYS).column_names[-1] == "provisional"


@given(some_days, st.integers(1, 20), some_days, st.integers(0, 30))
def test_asking_the_requester_never_brings_a_deadline_forward(opened, n, returned, length):
    plain = stage_deadline(opened, n, "", "", WORKING_DAYS)
    again = returned + timedelta(days=length)
    paused = stage_deadline(opened, n, str(returned), str(again), WORKING_DAYS)
    assert paused >= plain
