"""The twelve worked examples, indicators.md §7, under the definitions that ship."""

from __future__ import annotations

import pytest

from tests.conftest import Engine
from tests.reference import City, File
from tests.support.cases import (
    ENTRY,
    RESOURCE,
    Case,
    D,
    Pack,
    definition,
    demand_case,
    outcome,
    supply,
)
from tests.support.pipeline import TextRow
from tests.support.rules.demand import AGREED, NO
from tests.support.rules.update import case, dated, declared, exchanged

EXAMPLES = {
    1: case("example 1", exchanged("missed overdue overdue", "2026-10-15", "2026-11-15",
            "2026-11-20", 2), logs=[supply("2026-10-15", rows=120)]),
    2: case("example 2", exchanged("met on_time in_grace", "2026-10-16", "2026-11-16",
            "2026-11-23"), logs=[supply("2026-10-16")]),
    3: case("example 3", exchanged("met on_time in_grace", "2026-11-20", "2026-11-21",
            "2026-11-23"), logs=[supply("2026-11-20")], update_cycle="每日"),
    4: case("example 4", exchanged("missed overdue delinquent", "2026-08-01", "2026-09-01",
            "2026-09-08", 75), logs=[supply("2026-08-01"), supply("2026-11-18", rows=0)]),
    5: case("example 5", declared("met on_time fresh", "2026-09-01", "2026-12-01", "2026-12-15"),
            update_cycle="每季度", last_updated_on="2026-09-01"),
    # Mounted 2026-01-06, three months, ten working days over 清明 and to 04-20.
    6: case("example 6", dated("missed never_updated delinquent", "2026-04-06", "2026-04-20", 216),
            update_cycle="每季度", last_updated_on="2026-11-01",
            logs=[supply("2026-11-05", status="失败"), supply("2026-11-06", status="失败")]),
    7: case("example 7", exchanged("missed overdue delinquent", "2024-02-29", "2025-02-28",
            "2025-03-14", 618), logs=[supply("2024-02-29")], update_cycle="每年"),
    11: demand_case("example 11", outcome("missed refused"), refusal_ground="该数据不在本部门",
                    **NO),
    12: demand_case("example 12", outcome("missed awaiting_confirmation"),
                    delivered_on="2026-11-20", **AGREED),
}  # fmt: skip
"""The examples about one subject by number. 8, 9 and 10 are about counts."""

SHARES = {8: (9, 10), 9: (8_999, 10_000), 10: (2_249, 2_499)}
"""Example → met, of so many."""

OFFICIAL = [
    {**definition(indicator, "2023-1"), "official": True}
    for indicator in ("mount_rate", "update_timeliness", "demand_completion")
]
"""Without parameters: what ships must be the defaults."""


@pytest.fixture(scope="module")
def answers(engine: Engine) -> dict[int, TextRow]:
    pack = Pack(list(EXAMPLES.values()))
    delivered = definition("demand_completion", "delivered", completion="delivered")
    rows, _ = engine(pack.city, D, [*OFFICIAL, delivered])
    code = {number: pack.keys[case.about][1] for number, case in EXAMPLES.items()}
    keyed = {(row["definition"], row["subject_id"]): row for row in rows}
    found = {
        number: keyed[f"{case.indicator}/2023-1", code[number]] for number, case in EXAMPLES.items()
    }
    return {**found, -12: keyed[delivered["id"], code[12]]}


@pytest.mark.parametrize(("number", "case"), EXAMPLES.items())
def test_example_of_one_subject(number: int, case: Case, answers: dict[int, TextRow]) -> None:
    row = answers[number]
    assert {name: row[name] for name in case.expected} == case.expected


def test_example_12_under_completion_delivered(answers: dict[int, TextRow]) -> None:
    assert (answers[-12]["outcome"], answers[-12]["reason"]) == ("met", "completed")


@pytest.fixture(scope="module")
def board(engine: Engine) -> dict[str, TextRow]:
    """Example number → the scoreboard row of an organisation with that many entries met."""
    entries, resources = [], []
    for number, (met, whole) in SHARES.items():
        for place in range(whole):
            code = f"EXAMPLE-{number:02d}-{place:05d}"
            entries.append({**ENTRY, "catalogue_code": code, "org_code": f"ORG{number}"})
            if place < met:
                resources.append({**RESOURCE, "resource_id": f"R-{code}", "catalogue_code": code})
    city = City(
        organisations=[
            {"org_code": f"ORG{number}", "org_name": f"{number}号局", "level": "市"}
            for number in SHARES
        ],
        catalogues=[File("catalogue.csv", entries)],
        resources=[File("resource.csv", resources)],
    )
    _, rows = engine(city, D, OFFICIAL)
    return {
        row["scope_code"]: row
        for row in rows
        if (row["indicator"], row["scope_type"]) == ("mount_rate", "org")
    }


@pytest.mark.parametrize(
    ("number", "rate", "attained", "shortfall"),
    [(8, "90.00", "true", "0"), (9, "89.99", "false", "1"), (10, "89.99", "false", "1")],
)
def test_example_of_counts(
    board: dict[str, TextRow], number: int, rate: str, attained: str, shortfall: str
) -> None:
    row = board[f"ORG{number}"]
    shown = [row["rate_display"], row["attained"], row["shortfall"]]
    assert shown == [rate, attained, shortfall]
