"""A run knows what had been received by then; what comes late makes a revision.

indicators.md §1 and §6.
One home lives through nights and late files; another gets everything at once and must agree.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from sharing_pipeline.figures.publish import Revision, latest_revision
from sharing_pipeline.published.staleness import stale_nights
from sharing_pipeline.settings import SHANGHAI
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import LakeFile, Publication
from tests.reference.city import Row
from tests.support.night_helpers import Home, batch, entry, resource

DAYS = ("2026-11-20", "2026-11-21", "2026-11-22")
UPDATE = "update_timeliness/2023-1"
MOUNT = "mount_rate/2023-1"

CATALOGUE = [
    entry("WEEKLY", "A", update_cycle="每周"), entry("RUNNING", "A", update_cycle="每周"),
    entry("FRESH", "B", update_cycle="每月"), entry("FINISHED", "B", update_cycle="每周"),
]  # fmt: skip
RESOURCES = [resource(f"R-{row['catalogue_code']}", row["catalogue_code"]) for row in CATALOGUE]
LATE_CATALOGUE = [entry("FRESH", "B", update_cycle="每月")]

# 每周: a supply on Tuesday 10 November holds until Thursday the 19th.
LOGS: dict[str, list[Row]] = {
    "log-20.csv": [
        batch("w1", "R-WEEKLY", "2026-11-10 10:00:00"),
        batch("r1", "R-RUNNING", "2026-11-10 10:00:00"),
        batch("i1", "R-FRESH", "2026-11-10 10:00:00"),
        batch("f1", "R-FINISHED", "2026-11-10 10:00:00"),
    ],
    "log-21.csv": [
        batch("r2", "R-RUNNING", "", status="执行中", started_at="2026-11-20 23:00:00"),
        batch("f2", "R-FINISHED", "2026-11-20 12:00:00", status="失败"),
    ],
    "log-22.csv": [
        batch("r2", "R-RUNNING", "2026-11-20 23:30:00", started_at="2026-11-20 23:00:00"),
        batch("f2", "R-FINISHED", "2026-11-20 12:00:00"),
    ],
}
LATE_LOG = [batch("w2", "R-WEEKLY", "2026-11-18 10:00:00")]


class History:
    """The nights as they were first published, and after each late file."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.put("catalogue/目录-2026-11-01.csv", CATALOGUE)
        home.put("catalogue/资源-2026-11-01.csv", RESOURCES)
        for day, (name, rows) in zip(DAYS, LOGS.items(), strict=True):
            home.put(f"exchange_log/{name}", rows)
            home.night(day)
        self.first = {day: home.outcomes(day, "update_timeliness") for day in DAYS}
        self.lake = home.lake()
        self.stale_after_the_finished_row = self.stale()
        self.after_the_finished_row = {day: self.again(day) for day in DAYS}
        home.put("exchange_log/log-late.csv", LATE_LOG)
        home.night("2026-11-23")
        self.stale_after_the_log = self.stale()
        self.after_the_log = {day: self.again(day) for day in DAYS}
        self.before_anything = self.again("2026-11-17")
        home.put("catalogue/迟报-2026-11-21.csv", LATE_CATALOGUE)
        home.night("2026-11-24")
        self.after_the_catalogue = {day: self.again(day) for day in DAYS}

    def again(self, day: str) -> dict[str, Revision]:
        """Runs a night again, on the morning of the 25th."""
        report = self.home.night(day, at=datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI))
        return {revision.definition.id: revision for revision in report.revisions}

    def stale(self) -> dict[str, tuple[str, ...]]:
        """Published nights whose inputs have changed since."""
        stale = stale_nights(self.home.settings, self.home.ledger)
        return {str(night.day): night.changed for night in stale}

    def moved(self, day: str, revision: int) -> list[tuple[str, str, str]]:
        """What a revision of update_timeliness records: subject, from, to."""
        with self.home.ledger.session() as session:
            [path] = session.scalars(
                select(Publication.moved_path).where(
                    Publication.as_of == date.fromisoformat(day),
                    Publication.definition == UPDATE,
                    Publication.revision == revision,
                )
            )
        rows = pq.read_table(self.home.settings.lake / path).to_pylist()
        return [
            (
                row["subject_id"],
                f"{row['outcome_before']} {row['reason_before']}",
                f"{row['outcome_after']} {row['reason_after']}",
            )
            for row in rows
        ]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return History(Home(tmp_path_factory.mktemp("known_by")))


def numbers(revisions: dict[str, Revision]) -> dict[str, tuple[int, bool]]:
    return {name: (made.revision, made.new) for name, made in revisions.items()}


def test_a_night_knows_only_what_had_come(history: History) -> None:
    assert history.first["2026-11-20"]["RUNNING"] == "missed overdue"
    # A running row is no update yet; its end came with the log of the 22nd.
    assert history.first["2026-11-21"]["RUNNING"] == "missed overdue"
    assert history.first["2026-11-22"]["RUNNING"] == "met on_time"


def test_a_finished_row_replaces_a_running_one_wherever_it_belongs(history: History) -> None:
    second = history.after_the_finished_row
    assert numbers(second["2026-11-20"])[UPDATE] == (2, True)
    assert numbers(second["2026-11-21"])[UPDATE] == (2, True)
    assert numbers(second["2026-11-22"])[UPDATE] == (1, False)
    change = ("RUNNING", "missed overdue", "met on_time")
    assert history.moved("2026-11-20", 2) == history.moved("2026-11-21", 2) == [change]


def test_the_running_row_stays_counted_and_the_repeat_of_a_finished_one_is_dropped(
    history: History,
) -> None:
    assert history.home.counts("log-21.csv", "exchange_log") == (2, 2, 0, 0)
    # f2 had failed: what was received first stays, the later success is a repeat.
    assert history.home.counts("log-22.csv", "exchange_log") == (2, 1, 1, 0)
    assert history.first["2026-11-22"]["FINISHED"] == "missed overdue"


def test_what_has_not_changed_gets_no_new_revision(history: History) -> None:
    for revisions in (history.after_the_finished_row, history.after_the_log):
        assert all(numbers(revisions[day])[MOUNT] == (1, False) for day in DAYS)


def test_a_late_log_makes_revisions_of_later_nights_and_names_the_logs(history: History) -> None:
    late = history.after_the_log
    assert [numbers(late[day])[UPDATE] for day in DAYS] == [(3, True), (3, True), (2, True)]
    assert all(late[day][UPDATE].inputs_changed == ["logs"] for day in DAYS)
    for day, revision in zip(DAYS, (3, 3, 2), strict=True):
        assert history.moved(day, revision) == [("WEEKLY", "missed overdue", "met on_time")]


def test_a_night_before_the_late_rows_does_not_see_them(history: History) -> None:
    rows = history.home.table("assessment", "2026-11-17", UPDATE)
    assert {row["evidence_at"] for row in rows} == {"2026-11-10"}


def test_a_late_catalogue_reaches_nights_from_its_day_on(history: History) -> None:
    late = history.after_the_catalogue
    assert numbers(late["2026-11-20"])[MOUNT] == (1, False)
    assert numbers(late["2026-11-21"])[MOUNT] == (2, True)
    # Against revision 1, since when the logs have changed as well.
    assert late["2026-11-21"][MOUNT].inputs_changed == ["logs", "submissions"]
    assert set(history.home.in_force("2026-11-20")) == {row["catalogue_code"] for row in CATALOGUE}
    assert "FINISHED" not in history.home.in_force("2026-11-21")


def test_an_entry_that_is_gone_has_moved_to_nothing(history: History) -> None:
    revision = latest(history, "2026-11-21")
    assert ("FINISHED", "missed overdue", "None None") in history.moved("2026-11-21", revision)


def latest(history: History, day: str) -> int:
    with history.home.ledger.session() as session:
        found = latest_revision(session, date.fromisoformat(day), UPDATE)
    assert found is not None
    return found.revision


def test_earlier_revisions_stay_readable(history: History) -> None:
    for day in DAYS:
        assert history.home.outcomes(day, "update_timeliness", revision=1) == history.first[day]


def test_published_nights_with_changed_inputs_are_named(history: History) -> None:
    assert history.stale_after_the_finished_row == {
        "2026-11-20": ("logs",), "2026-11-21": ("logs",),
    }  # fmt: skip
    assert history.stale_after_the_log == dict.fromkeys(DAYS, ("logs",))


def test_no_file_of_the_lake_is_ever_rewritten(history: History) -> None:
    now = history.home.lake()
    assert {name: now.get(name) for name in history.lake} == history.lake


def test_all_at_once_gives_the_same_as_bit_by_bit(
    history: History, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """State is a function of what was received, whichever snapshot it was reached from."""
    at_once = Home(tmp_path_factory.mktemp("at_once"))
    at_once.put("catalogue/目录-2026-11-01.csv", CATALOGUE)
    at_once.put("catalogue/资源-2026-11-01.csv", RESOURCES)
    at_once.put("catalogue/迟报-2026-11-21.csv", LATE_CATALOGUE)
    for name, rows in (*LOGS.items(), ("log-late.csv", LATE_LOG)):
        at_once.put(f"exchange_log/{name}", rows)
    for day in ("2026-11-24", "2026-11-21", "2026-11-20", "2026-11-22"):
        at_once.night(day, at=datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI))
        assert at_once.table("assessment", day) == history.home.table("assessment", day)
        assert at_once.in_force(day) == history.home.in_force(day)


def test_late_rows_do_not_make_a_night_read_the_logs_of_all_history(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("E-1", "A"), entry("E-2", "A")])
    home.put("catalogue/r.csv", [
        resource("R-1", "E-1", mounted_on="2026-01-01"), resource("R-2", "E-2"),
    ])  # fmt: skip
    home.put("exchange_log/1.csv", [
        batch("B-1", "R-1", "2026-11-10 10:00:00"), batch("B-2", "R-1", "2026-11-17 10:00:00"),
    ])  # fmt: skip
    home.night("2026-11-17")
    with home.ledger.session() as session:
        [first] = session.scalars(select(LakeFile).where(LakeFile.kind == "exchange_daily"))
    Lake(home.settings).path(first.path).unlink()
    for number, (day, late) in enumerate((("18", "13"), ("19", "14"), ("20", "15")), 2):
        home.put(f"exchange_log/{number}.csv", [
            batch(f"C-{day}", "R-2", f"2026-11-{day} 10:00:00"),
            batch(f"L-{day}", "R-2", f"2026-11-{late} 10:00:00"),
        ])  # fmt: skip
        home.night(f"2026-11-{day}")
    evidence = {
        row["subject_id"]: row["evidence_at"]
        for row in home.table("assessment", "2026-11-20", "update_timeliness/2023-1")
    }
    assert evidence == {"E-1": "2026-11-17", "E-2": "2026-11-20"}
