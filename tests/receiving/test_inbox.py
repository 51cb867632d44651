"""The drop folder: when a file is whole, the order of receipt, the lists (inputs.md §7)."""

from __future__ import annotations

import csv
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.night import NightReport
from sharing_pipeline.receiving import inbox
from sharing_pipeline.settings import SHANGHAI
from tests.reference.city import Row
from tests.support.night_helpers import Home, entry, organisations

FIRST, SECOND, THIRD = "2026-11-20", "2026-11-21", "2026-11-22"


def write_catalog_list(home: Home, rows: list[Row]) -> None:
    """catalog/organisations.csv with these rows."""
    names = load_contracts(home.settings.catalog)["organisation"].names
    path = home.settings.catalog / "organisations.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, NightReport]:
    """A file that grows while the first night looks, and three others."""
    home = Home(tmp_path_factory.mktemp("inbox"))
    # Written first, and later by its name: of two of a day the later received wins.
    home.put("catalogue/b.csv", [entry("B-2", "B")])
    home.put("catalogue/a.csv", [entry("B-1", "B")])
    home.put("catalogue/deep/er/c.csv", [entry("C-1", "C")])
    growing = home.put("catalogue/growing.csv", [entry("A-1", "A")])

    def grow(_seconds: float) -> None:
        line = growing.read_text(encoding="utf-8").splitlines()[1]
        with growing.open("a", encoding="utf-8") as file:
            file.write(line.replace("A-1", "A-2") + "\n")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "sleep", grow)
        return home, home.night(FIRST)


@pytest.fixture
def home(first_night: tuple[Home, NightReport]) -> Home:
    return first_night[0]


def test_a_file_that_changes_between_two_looks_waits_for_the_next_night(
    first_night: tuple[Home, NightReport],
) -> None:
    home, report = first_night
    assert report.intake.staged.changing == ["catalogue/growing.csv"]
    assert "A-1" not in home.in_force(FIRST)
    report = home.night(SECOND)
    assert (report.intake.staged.new, report.intake.staged.changing) == (
        ["catalogue/growing.csv"], [],
    )  # fmt: skip
    assert {"A-1", "A-2"} <= set(home.in_force(SECOND))


def test_files_of_a_night_are_received_in_the_order_of_their_names(home: Home) -> None:
    numbers = [home.received(name)["submission_id"] for name in ("a.csv", "b.csv")]
    assert numbers == sorted(numbers)
    assert {code for code, org in home.in_force(FIRST).items() if org == "B"} == {"B-2"}


def test_files_in_folders_below_a_source_are_taken(home: Home) -> None:
    assert home.received("deep/er/c.csv")["accepted"] == "1"


def test_a_night_without_new_files_takes_nothing(home: Home) -> None:
    home.night(SECOND)
    before = home.table("submission", None)
    report = home.night(THIRD)
    assert home.table("submission", None) == before
    assert report.intake.submissions == []
    assert home.in_force(THIRD) == home.in_force(SECOND)


def test_a_name_in_another_encoding_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    content = home.put("catalogue/utf-8.csv", [entry("A-1", "A")]).read_bytes()
    odd = os.fsencode(home.inbox) + b"/catalogue/"
    for name in ("报送2026-11-19.csv".encode("gb18030"), b"\xff\xff.csv"):
        Path(os.fsdecode(odd + name)).write_bytes(content + name.hex().encode() + b",B\n")
    home.night(FIRST)
    assert home.received("报送2026-11-19.csv")["effective_on"] == "2026-11-19"
    assert ("\\xff\\xff.csv", "catalogue") in home.submissions()


def test_an_empty_file_is_rejected(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/good.csv", [entry("A-1", "A")])
    home.put_bytes("catalogue/zero.csv", b"")
    home.night(FIRST)
    row = home.received("zero.csv")
    assert (row["status"], bool(row["why"])) == ("rejected", True)


def test_a_file_that_goes_or_changes_while_it_is_kept_waits(tmp_path: Path) -> None:
    home = Home(tmp_path)
    gone, changed = (
        home.put(f"catalogue/{name}.csv", [entry("A-1", "A")]) for name in ("gone", "changed")
    )
    seen = inbox.look(home.settings)
    gone.unlink()
    changed.write_text("catalogue_code\n", encoding="utf-8")
    moment = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)
    staged = inbox.stage(home.settings, home.ledger, lambda: moment, seen)
    assert staged.changing == ["catalogue/changed.csv", "catalogue/gone.csv"]
    assert staged.new == ["organisation/organisations.csv"]


def test_received_bytes_are_kept(home: Home) -> None:
    for row in home.table("submission", None):
        kept = home.settings.lake / "received" / row["sha256"][:2] / row["sha256"]
        assert kept.stat().st_size == int(row["size"])


def test_what_the_sensor_staged_is_taken_with_its_own_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/z.csv", [entry("A-1", "A")])
    morning = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)
    staged = inbox.stage(home.settings, home.ledger, lambda: morning, inbox.look(home.settings))
    assert staged.new == ["catalogue/z.csv", "organisation/organisations.csv"]
    home.put("catalogue/a.csv", [entry("A-2", "A")])
    home.night(SECOND)
    row = home.received("z.csv")
    assert (row["received_at"], row["effective_on"]) == ("2026-11-20 09:30:00", FIRST)
    # a.csv came later; both are taken in together, each in force from its own day.
    assert set(home.in_force(SECOND)) == {"A-2"}


def test_rejected_bytes_may_come_again_and_accepted_ones_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/good.csv", [entry("A-1", "A")])
    other = home.put("later/odd.csv", [entry("B-1", "B")])
    home.night(FIRST)
    assert home.received("odd.csv")["status"] == "rejected"
    yaml = "title: 后来才登记的来源\ndataset: catalogue\n"
    (home.settings.catalog / "sources" / "later.yaml").write_text(yaml, encoding="utf-8")
    os.utime(other)
    os.utime(home.inbox / "catalogue/good.csv")
    report = home.night(SECOND)
    assert report.intake.staged.known == ["catalogue/good.csv"]
    assert home.received("odd.csv")["status"] == "accepted"
    assert set(home.in_force(SECOND)) == {"A-1", "B-1"}


def test_the_catalogs_organisations_count_until_the_inbox_has_some(tmp_path: Path) -> None:
    home = Home(tmp_path, listed=[])
    write_catalog_list(home, organisations("A", "B"))
    home.put("catalogue/1.csv", [entry("A-1", "A"), entry("C-1", "C")])
    home.night(FIRST)
    assert home.received("organisations.csv", "organisation")["source"] == "catalog"
    assert set(home.in_force(FIRST)) == {"A-1"}
    # A changed list in the catalog counts from the next night on.
    write_catalog_list(home, organisations("A", "B", "C"))
    home.put("catalogue/2.csv", [entry("C-1", "C")])
    home.night(SECOND)
    assert set(home.in_force(SECOND)) == {"A-1", "C-1"}
    # One in the inbox replaces it, and the catalog's own changes count no more.
    home.put("organisation/organisations.csv", organisations("A", "D"))
    write_catalog_list(home, organisations("A", "E"))
    home.put("catalogue/3.csv", [entry("D-1", "D"), entry("E-1", "E")])
    home.night(THIRD)
    assert set(home.in_force(THIRD)) == {"A-1", "C-1", "D-1"}
    board = home.table("scoreboard", THIRD, "mount_rate/2023-1")
    assert {row["scope_code"] for row in board if row["scope_type"] == "org"} == {"A", "C", "D"}


def test_a_file_in_no_sources_folder_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("A-1", "A")])
    (home.inbox / "散落.csv").write_text("目录代码\n", encoding="utf-8")
    (home.inbox / ".hidden").write_text("", encoding="utf-8")
    for _ in range(2):
        assert home.night(FIRST).intake.staged.misplaced == ["散落.csv"]
