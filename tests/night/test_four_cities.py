"""The open-data catalogues of four real cities, each on its own date: no row and no subject lost.

The files are read where they lie (SHARED_DATA, else ../shared/data); none is kept here.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sharing_pipeline.settings import PROJECT
from tests.support.night_helpers import Home

SHARED_DATA = Path(os.environ.get("SHARED_DATA") or PROJECT.parent / "shared" / "data")
PORTALS = SHARED_DATA / "cn-portals"

CITIES = {
    "nantong": ("jiangsu_nantong.json", "2023-06-16", 1198, 0),
    "taizhou": ("jiangsu_taizhou.json", "2023-06-17", 5399, 22),
    "wenzhou": ("zhejiang_wenzhou.json", "2023-06-18", 989, 2),
    "liupanshui": ("guizhou_liupanshui.json", "2023-06-18", 991, 0),
}
"""Source → its file, its day, its rows and how many of them are exact duplicates."""

INDICATORS = ("mount_rate", "update_timeliness", "demand_completion")

pytestmark = pytest.mark.skipif(
    not PORTALS.is_dir(), reason=f"the cities' files are not at {PORTALS} (set SHARED_DATA)"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One home with all four portals, evaluated on each city's own date."""
    made = Home(tmp_path_factory.mktemp("cities"), listed=[])
    for source, (file, *_) in CITIES.items():
        folder = made.inbox / source
        folder.mkdir(parents=True)
        shutil.copy(PORTALS / file, folder)
    for day in sorted({day for _, day, *_ in CITIES.values()}):
        made.night(day)
    return made


@pytest.mark.parametrize("source", CITIES)
def test_rows_are_conserved(home: Home, source: str) -> None:
    file, day, rows, duplicates = CITIES[source]
    for dataset in ("catalogue", "resource"):
        read, accepted, duplicate, quarantined = home.counts(file, dataset)
        assert (read, duplicate) == (rows, duplicates)
        assert read == accepted + duplicate + quarantined
        assert home.received(file, dataset)["effective_on"] == day


@pytest.mark.parametrize("source", CITIES)
def test_every_accepted_entry_is_in_force_on_its_own_date(home: Home, source: str) -> None:
    file, day, *_ = CITIES[source]
    in_force = [row for row in home.table("catalogue", day) if row["source"] == source]
    assert len(in_force) == home.counts(file)[1]


@pytest.mark.parametrize("day", sorted({day for _, day, *_ in CITIES.values()}))
def test_every_subject_is_met_or_missed_or_excluded(home: Home, day: str) -> None:
    in_force = set(home.in_force(day))
    for indicator in INDICATORS:
        definition = f"{indicator}/2023-1"
        rows = home.table("assessment", day, definition)
        subjects = {row["subject_id"] for row in rows}
        assert subjects == (set() if indicator == "demand_completion" else in_force)
        assert len(rows) == len(subjects)
        [total] = [
            row for row in home.table("scoreboard", day, definition) if row["scope_type"] == "all"
        ]
        counts = {
            outcome: sum(row["outcome"] == outcome for row in rows)
            for outcome in ("met", "missed", "excluded")
        }
        assert sum(counts.values()) == len(subjects)
        assert int(total["numerator"]) == counts["met"]
        assert int(total["denominator"]) == counts["met"] + counts["missed"]
        assert int(total["excluded"]) == counts["excluded"]
        assert bool(total["rate_display"]) == (counts["met"] + counts["missed"] > 0)


def test_leaves_sum_to_the_whole_and_every_department_is_one(home: Home) -> None:
    board = home.table("scoreboard", "2023-06-18", "mount_rate/2023-1")
    [total] = [row for row in board if row["scope_type"] == "all"]
    for scope in ("org", "region"):
        leaves = [row for row in board if row["scope_type"] == scope]
        for name in ("numerator", "denominator", "excluded"):
            assert sum(int(row[name]) for row in leaves) == int(total[name])
    assert {row["scope_code"] for row in board if row["scope_type"] == "region"} == {
        "南通市", "泰州市", "温州市", "六盘水市",
    }  # fmt: skip
