"""Scopes, target, rank and change, indicators.md §5, by the reference and by the pipeline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from tests.conftest import Engine
from tests.reference import City, File
from tests.reference.city import Row
from tests.support.cases import ENTRY, ITEM, RESOURCE, D, definition
from tests.support.pipeline import TextRow

LAST = str(D)
YESTERDAY = "2026-11-21"

ORGANISATIONS: list[Row] = [
    {"org_code": "CITY", "level": "市", "region": "市本级"},
    {"org_code": "EDU", "level": "市", "region": "市本级", "parent": "CITY"},
    {"org_code": "TAX", "level": "市", "region": "市本级", "parent": "CITY"},
    {"org_code": "NONE", "level": "市", "region": "", "parent": "CITY"},
    {"org_code": "EAST", "level": "县", "region": "东区", "parent": "OLD"},
    {"org_code": "WEST", "level": "县", "region": "西区", "parent": "CITY"},
    {"org_code": "WEST2", "level": "县", "region": "西区", "parent": "WEST"},
    # OLD was succeeded by MID, which ended too: CITY answers for it, and is above EAST.
    {"org_code": "OLD", "level": "县", "region": "北区", "valid_to": YESTERDAY, "successor": "MID"},
    {"org_code": "MID", "level": "市", "region": "中区", "valid_to": "2026-06-30",
     "successor": "CITY"},
    {"org_code": "LAST", "level": "县", "region": "末区", "valid_to": LAST, "successor": "CITY"},
    {"org_code": "GONE", "level": "县", "region": "亡区", "valid_to": YESTERDAY},
    {"org_code": "GONE2", "level": "县", "region": "亡区", "valid_to": YESTERDAY},
    {"org_code": "LATER", "level": "县", "region": "来区", "valid_from": "2026-11-23"},
]  # fmt: skip
for _row in ORGANISATIONS:
    _row["org_name"] = f"{_row['org_code']}局"

# organisation → entries met, missed, excluded
COUNTS = {
    "CITY": (1, 0, 0), "EDU": (9, 1, 2), "TAX": (2, 1, 0), "NONE": (0, 0, 3), "EAST": (2, 1, 0),
    "WEST": (1, 2, 0), "WEST2": (3, 0, 0), "OLD": (1, 1, 0), "GONE2": (0, 2, 0),
}  # fmt: skip


def city() -> City:
    """Entries as COUNTS has them, a demand item of EAST, an entry that is published on D."""
    numbers = count(1)
    entries, resources = [], []
    for org, (met, missed, excluded) in COUNTS.items():
        for place in range(met + missed + excluded):
            code = f"ENTRY-{next(numbers):03d}"
            status = "草稿" if place >= met + missed else "已发布"
            entries.append(
                {**ENTRY, "catalogue_code": code, "org_code": org, "publish_status": status}
            )
            if place < met:
                resources.append({**RESOURCE, "resource_id": f"{code}-1", "catalogue_code": code})
    entries.append(
        {**ENTRY, "catalogue_code": "ENTRY-NEW", "org_code": "WEST", "published_on": LAST}
    )
    items = [{**ITEM, "demand_id": "ITEM-1", "requester_org": "CITY", "provider_org": "EAST"}]
    return City(
        organisations=ORGANISATIONS,
        catalogues=[File("catalogue.csv", entries)],
        resources=[File("resource.csv", resources)],
        demands=[File("demand.csv", items)],
    )


DEFINITIONS = [
    definition("mount_rate", "test"),
    definition("mount_rate", "two-thirds", target="66.67"),
    definition("update_timeliness", "test"),
    definition("demand_completion", "test"),
]


@pytest.fixture(scope="module")
def board(engine: Engine) -> dict[tuple[str, str, str], TextRow]:
    """The scoreboard of D by (definition, scope_type, scope_code), D−1 having been published."""
    _, rows = engine(city(), D, DEFINITIONS, after_a_night=True)
    return {(row["definition"], row["scope_type"], row["scope_code"]): row for row in rows}


Board = dict[tuple[str, str, str], TextRow]


def mounting(board: Board, scope_type: str, scope_code: str) -> TextRow:
    return board["mount_rate/test", scope_type, scope_code]


def counts(row: TextRow) -> tuple[int, int, int]:
    return int(row["numerator"]), int(row["denominator"]), int(row["excluded"])


@pytest.mark.parametrize(
    ("scope_type", "scope_code", "expected"),
    [
        ("org", "EDU", (9, 10, 2)),
        ("org", "CITY", (2, 3, 0)),  # with those of OLD, for which it answers
        ("org", "WEST", (1, 4, 0)),
        ("org_tree", "WEST", (4, 7, 0)),
        ("org_tree", "EAST", (2, 3, 0)),
        ("org_tree", "CITY", (19, 26, 5)),  # all but those of GONE2
        ("region", "市本级", (13, 16, 2)),
        ("region", "西区", (4, 7, 0)),
        ("region", "东区", (2, 3, 0)),
        ("region", "亡区", (0, 2, 0)),
        ("level", "市", (13, 16, 5)),
        ("level", "县", (6, 12, 0)),
        ("all", "all", (19, 28, 5)),
    ],
)
def test_counts_of_a_scope(
    board: Board, scope_type: str, scope_code: str, expected: tuple[int, int, int]
) -> None:
    assert counts(mounting(board, scope_type, scope_code)) == expected


def test_leaves_sum_to_the_root(board: Board) -> None:
    for each in DEFINITIONS:
        leaves = [counts(row) for key, row in board.items() if key[:2] == (each["id"], "org")]
        assert tuple(map(sum, zip(*leaves, strict=True))) == counts(board[each["id"], "all", "all"])


@pytest.mark.parametrize("scope_type", ["org", "org_tree"])
@pytest.mark.parametrize("definition_id", [each["id"] for each in DEFINITIONS])
def test_rows_for_organisations_valid_on_d_and_those_with_subjects(
    board: Board, definition_id: str, scope_type: str
) -> None:
    shown = {key[2] for key in board if key[:2] == (definition_id, scope_type)}
    assert shown == {"CITY", "EDU", "TAX", "NONE", "EAST", "WEST", "WEST2", "LAST", "GONE2"}


def test_a_scope_is_named(board: Board) -> None:
    assert mounting(board, "org", "EDU")["scope_name"] == "EDU局"
    assert mounting(board, "region", "西区")["scope_name"] == "西区"
    assert mounting(board, "level", "县")["scope_name"] == "县"


def test_without_subjects_that_count(board: Board) -> None:
    for scope_code, excluded in (("NONE", "3"), ("LAST", "0")):
        row = mounting(board, "org", scope_code)
        shown = [row[name] for name in ("rate_display", "attained", "shortfall", "rank")]
        assert (shown, row["excluded"]) == (["", "false", "0", ""], excluded)


@pytest.mark.parametrize(
    ("scope_code", "rate", "attained", "shortfall"),
    [("EDU", "90.00", "true", "0"), ("TAX", "66.66", "false", "1"),
     ("WEST2", "100.00", "true", "0"), ("GONE2", "0.00", "false", "2")],
)  # fmt: skip
def test_target(board: Board, scope_code: str, rate: str, attained: str, shortfall: str) -> None:
    row = mounting(board, "org", scope_code)
    assert [row["rate_display"], row["attained"], row["shortfall"]] == [rate, attained, shortfall]


def test_a_target_with_decimals_is_an_exact_fraction(board: Board) -> None:
    row = board["mount_rate/two-thirds", "org", "TAX"]  # 2 of 3 is under 66.67 %
    assert [row["target_percent"], row["attained"], row["shortfall"]] == ["66.67", "false", "1"]


def test_rank_among_organisations_of_the_same_level(board: Board) -> None:
    ranks = {key[2]: row["rank"] for key, row in board.items()
             if key[:2] == ("mount_rate/test", "org")}  # fmt: skip
    cities = {"EDU": "1", "TAX": "2", "CITY": "2", "NONE": ""}
    counties = {"WEST2": "1", "EAST": "2", "WEST": "3", "GONE2": "4", "LAST": ""}
    assert ranks == {**cities, **counties}


def test_rank_among_regions_and_of_nothing_else(board: Board) -> None:
    ranks = {key[1:]: row["rank"] for key, row in board.items() if key[0] == "mount_rate/test"}
    regions = {"市本级": "1", "东区": "2", "西区": "3", "亡区": "4", "末区": ""}
    assert {code: rank for (kind, code), rank in ranks.items() if kind == "region"} == regions
    assert {rank for (kind, _), rank in ranks.items() if kind in ("org_tree", "level", "all")} == {
        ""
    }


def test_ties_share_a_rank(engine: Engine) -> None:
    """1, 2, 2, 4, by exact fractions: 2 of 3 and 4 of 6 are equal, 666 of 1,000 is not."""
    shares = {"A": (3, 3), "B": (2, 3), "C": (4, 6), "E": (666, 1000)}
    entries, resources = [], []
    for org, (met, whole) in shares.items():
        for number in range(whole):
            code = f"{org}-{number:04d}"
            entries.append({**ENTRY, "catalogue_code": code, "org_code": org})
            if number < met:
                resources.append({**RESOURCE, "resource_id": f"R{code}", "catalogue_code": code})
    tied = City(
        organisations=[{"org_code": org, "org_name": f"{org}局", "level": "市"} for org in shares],
        catalogues=[File("catalogue.csv", entries)],
        resources=[File("resource.csv", resources)],
    )
    _, rows = engine(tied, D, [definition("mount_rate", "test")])
    ranks = {row["scope_code"]: row["rank"] for row in rows if row["scope_type"] == "org"}
    assert ranks == {"A": "1", "B": "2", "C": "2", "E": "4"}


def test_change_from_the_previous_night(board: Board) -> None:
    """WEST had 1 of 3 the night before; on D an entry without resource is published."""
    change = mounting(board, "org", "WEST")["change_from_previous_night"]
    assert Decimal(change) == Decimal("25.00") - Decimal("33.33")
    assert Decimal(mounting(board, "org", "EDU")["change_from_previous_night"]) == 0
    assert mounting(board, "org", "NONE")["change_from_previous_night"] == ""


def test_no_night_before_no_change(engine: Engine) -> None:
    _, rows = engine(city(), date(2026, 11, 20), [definition("mount_rate", "test")])
    assert {row["change_from_previous_night"] for row in rows} == {""}
    assert {row["revision"] for row in rows} == {"1"}
