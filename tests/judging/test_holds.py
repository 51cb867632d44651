"""A part that shrinks by more than 20 % and by 20 entries waits for a person (inputs.md §5)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from sharing_pipeline.errors import UsageError
from sharing_pipeline.night import NightReport
from sharing_pipeline.receiving.decisions import decide
from sharing_pipeline.settings import SHANGHAI
from tests.support.night_helpers import Home, entries, entry, organisations, resource

FIRST, SECOND = "2026-11-20", "2026-11-21"

PORTAL = """
title: 某市门户
dataset: catalogue
scope: whole
organisations: from_rows
row_is: resource
columns: {catalogue_code: 编号, org_name: 部门}
resource:
  columns: {resource_id: {from: [编号, 种类], join: "-"}}
  constants: {mount_status: 已挂载, resource_type: 库表}
"""

BEFORE = {"NINETEEN": 100, "TWENTY": 100, "TWENTYONE": 100, "BROKEN": 100, "CLASHES": 100,
          "FEW": 50, "HALF": 50, "SILENT": 50, "ADDS": 100}  # fmt: skip


def numbered(department: str, numbers: range) -> list[dict[str, str]]:
    """Two rows per entry, as a portal lists an entry once as data and once as an interface."""
    renamed = {"catalogue_code": "编号", "org_code": "部门"}
    return [
        {**{renamed.get(name, name): text for name, text in row.items()}, "种类": kind}
        for row in entries(department, numbers)
        for kind in ("接口", "数据")
    ]


def shrunken() -> list[dict[str, str]]:
    broken = [entry(f"BROKEN-{number:03d}", "NOBODY") for number in range(70, 90)]
    drafts = entries("CLASHES", range(20), publish_status="草稿")
    return [
        *entries("NINETEEN", range(81)), *entries("TWENTY", range(80)),
        *entries("TWENTYONE", range(79)), *entries("BROKEN", range(70)), *broken,
        *entries("CLASHES", range(70)), *drafts,
        *entries("FEW", range(31)), *entries("HALF", range(30)),
    ]  # fmt: skip


class Story:
    """One home: a first night, a second with less, and what a person then decides."""

    def __init__(self, home: Home) -> None:
        self.home = home
        rows = [row for org, count in BEFORE.items() for row in entries(org, range(count))]
        home.put("catalogue/all-2026-11-01.csv", rows)
        home.put("catalogue/resources-2026-11-01.csv", [resource("R-1", "TWENTYONE-099")])
        home.put(
            "portal/2026-11-01.csv", [*numbered("甲局", range(50)), *numbered("乙局", range(30))]
        )
        home.night(FIRST)
        home.put("catalogue/less-2026-11-21.csv", shrunken())
        home.put("catalogue/only-2026-11-21.csv", entries("SILENT", range(5)))
        home.put("catalogue/less-2026-11-21-增量.csv", entries("ADDS", range(5)))
        home.put("portal/2026-11-21.csv", numbered("甲局", range(29)))
        self.night = home.night(SECOND)
        self.received = home.submissions()
        self.outcomes = home.outcomes(SECOND)
        self.counts = self._counts()
        self.lake = home.lake()
        self._decide()
        self.again = home.night(SECOND)

    def _counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for org in self.home.in_force(SECOND).values():
            found[org] = found.get(org, 0) + 1
        return found

    def _decide(self) -> None:
        number = self.received["less-2026-11-21.csv", "catalogue"]["submission_id"]
        self.decide(number, "accept", "TWENTYONE")
        self.decide(number, "reject", "HALF", "漏报")

    def decide(self, number: str, verdict: str, org: str | None, why: str = "") -> None:
        moment = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
        decide(self.home.ledger, lambda: moment, number, verdict, org=org, why=why)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("holds")
    return Story(Home(folder, listed=organisations(*BEFORE), sources={"portal": PORTAL}))


def held(story: Story, name: str) -> set[str]:
    """The organisations whose part of a file is held, from what `why` says."""
    why = story.received[name, "catalogue"]["why"]
    return {text.split("：")[0] for text in why.split("；") if text}


def test_nineteen_lost_of_a_hundred_goes_in(story: Story) -> None:
    assert story.counts["NINETEEN"] == 81


def test_twenty_lost_of_a_hundred_is_not_more_than_a_fifth(story: Story) -> None:
    assert story.counts["TWENTY"] == 80


def test_twenty_one_lost_of_a_hundred_is_held_and_the_last_good_one_stays(story: Story) -> None:
    assert "TWENTYONE" in held(story, "less-2026-11-21.csv")
    assert story.counts["TWENTYONE"] == 100
    assert story.outcomes["TWENTYONE-099"] == "met mounted"


def test_nineteen_lost_of_fifty_goes_in_and_twenty_are_held(story: Story) -> None:
    assert (story.counts["FEW"], story.counts["HALF"]) == (31, 50)


def test_an_entry_whose_new_row_is_quarantined_is_not_lost(story: Story) -> None:
    # 70 and 20 quarantined of 100: ten are lost, and the twenty keep their last rows.
    assert story.counts["BROKEN"] == 90


def test_a_conflicting_row_does_not_make_up_for_a_lost_entry(story: Story) -> None:
    # 70 of 100 and 20 of them a second time: thirty are lost.
    assert "CLASHES" in held(story, "less-2026-11-21.csv")
    assert story.counts["CLASHES"] == 100


def test_an_incremental_file_loses_nothing(story: Story) -> None:
    assert story.counts["ADDS"] == 100


def test_the_status_says_whether_all_or_some_of_it_is_held(story: Story) -> None:
    row = story.received["less-2026-11-21.csv", "catalogue"]
    assert row["status"] == "partly_held"
    assert held(story, "less-2026-11-21.csv") == {"TWENTYONE", "CLASHES", "HALF"}
    assert "由 100 条减为 79 条" in row["why"]
    assert story.received["only-2026-11-21.csv", "catalogue"]["status"] == "held"
    assert story.counts["SILENT"] == 50


def test_a_held_submission_has_the_counts_as_if_accepted(story: Story) -> None:
    row = story.received["only-2026-11-21.csv", "catalogue"]
    counts = [row[name] for name in ("rows_read", "accepted", "duplicate", "quarantined")]
    assert counts == ["5", "5", "0", "0"]
    row = story.received["less-2026-11-21.csv", "catalogue"]
    assert (row["rows_read"], row["accepted"], row["quarantined"]) == ("481", "441", "40")


def test_entries_are_counted_and_not_their_rows(story: Story) -> None:
    # 29 entries in 58 rows against 50; and an organisation that a whole export leaves out.
    assert held(story, "2026-11-21.csv") == {"portal:甲局", "portal:乙局"}
    assert (story.counts["portal:甲局"], story.counts["portal:乙局"]) == (50, 30)


def test_a_run_with_something_held_says_so(story: Story) -> None:
    names = {one.file_name for one in story.night.intake.troubled}
    assert names == {"less-2026-11-21.csv", "only-2026-11-21.csv", "2026-11-21.csv"}


def test_after_accept_the_part_is_in_force_and_the_night_gets_a_second_revision(
    story: Story,
) -> None:
    in_force = story.home.in_force(SECOND)
    assert "TWENTYONE-078" in in_force and "TWENTYONE-079" not in in_force
    revisions = revisions_of(story.again)
    assert revisions["mount_rate/2023-1"] == (2, True, 21)
    assert all("submissions" in one.inputs_changed for one in story.again.revisions if one.new)
    assert story.home.outcomes(SECOND, revision=1) == story.outcomes


def revisions_of(night: NightReport) -> dict[str, tuple[int, bool, int]]:
    return {one.definition.id: (one.revision, one.new, one.moved) for one in night.revisions}


def test_after_reject_the_last_good_one_stays(story: Story) -> None:
    assert "HALF-049" in story.home.in_force(SECOND)
    row = story.home.received("less-2026-11-21.csv")
    assert row["status"] == "partly_held"
    assert "漏报" in row["why"] and "TWENTYONE" not in row["why"]


def test_a_submission_of_which_every_part_was_rejected_is_rejected(story: Story) -> None:
    number = story.home.received("only-2026-11-21.csv")["submission_id"]
    story.decide(number, "reject", None, "重复报送")
    assert story.home.received("only-2026-11-21.csv")["status"] == "rejected"
    assert story.home.counts("only-2026-11-21.csv") == (5, 5, 0, 0)
    assert sum(org == "SILENT" for org in story.home.in_force(SECOND).values()) == 50


def test_what_is_not_held_cannot_be_decided(story: Story) -> None:
    number = story.home.received("all-2026-11-01.csv")["submission_id"]
    with pytest.raises(UsageError, match="没有留待处理"):
        story.decide(number, "accept", None)


def test_deciding_rewrites_nothing(story: Story) -> None:
    now = story.home.lake()
    assert {name: now[name] for name in story.lake} == story.lake


def test_what_is_held_may_not_claim_what_another_has(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a-2026-11-20.csv", entries("A", range(30)))
    home.put("catalogue/b-2026-11-20.csv", entries("B", range(30)))
    home.night(FIRST)
    home.put("catalogue/a-2026-11-21.csv", [*entries("A", range(5)), entry("B-000", "A")])
    home.night(SECOND)
    received = home.received("a-2026-11-21.csv")
    assert (received["status"], received["quarantined"]) == ("held", "1")
    decide(
        home.ledger,
        lambda: datetime(2026, 11, 22, 9, tzinfo=SHANGHAI),
        received["submission_id"],
        "accept",
        org=None,
    )
    home.night(SECOND)
    assert home.in_force(SECOND)["B-000"] == "B"
