"""A catalogue code belongs to one organisation, as it is after all files of a run (inputs.md §5).

Two nights; every situation has organisations and codes of its own. Moves within one source
from file to file are in in_force/test_reference_received.py as well.
"""

from __future__ import annotations

import pytest

from tests.support.night_helpers import Home, entries, entry, organisations

FIRST, SECOND, THIRD = "2026-11-20", "2026-11-21", "2026-11-22"

PORTAL = """
title: 某市门户
dataset: catalogue
scope: whole
organisations: from_rows
columns: {catalogue_code: 编号, org_name: 部门}
"""

ORGS = ("OWNER", "THIEF", "FROM", "TO", "PARTLY", "PATIENT", "EARLY", "TARDY", "BIG", "SMALL",
        "DOUBLE", "OTHER", "RESTS", "ALSO")  # fmt: skip


def portal_row(code: str, department: str) -> dict[str, str]:
    row = entry(code, department)
    return {
        {"catalogue_code": "编号", "org_code": "部门"}.get(name, name): text
        for name, text in row.items()
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    old = {"org_code": "OLD", "org_name": "旧局", "level": "市", "valid_to": "2026-11-10",
           "successor": "NEW"}  # fmt: skip
    leaving = {**old, "org_code": "LEAVING", "org_name": "将撤局", "valid_to": "2027-12-31"}
    made = Home(
        tmp_path_factory.mktemp("ownership"),
        listed=[*organisations(*ORGS, "NEW"), old, leaving],
        sources={"portal": PORTAL, "copy": PORTAL.replace("organisations: from_rows\n", "")
                 .replace("scope: whole\n", "")},
    )  # fmt: skip
    made.put("catalogue/all-2026-11-01.csv", [
        entry("OWNED", "OWNER"), entry("OWNER-1", "OWNER"),
        entry("MOVED", "FROM"), entry("FROM-1", "FROM"),
        entry("ADDED-TO", "PARTLY"), entry("PARTLY-1", "PARTLY"),
        entry("OF-OLD", "OLD"), entry("OF-LEAVING", "LEAVING"), entry("OF-NEW", "NEW"),
        entry("TWICE", "DOUBLE"), entry("RESTING", "RESTS"),
        *entries("BIG", range(60)),
    ])  # fmt: skip
    made.put("portal/2026-11-01.csv", [portal_row("P-1", "旧名局"), portal_row("P-2", "旧名局")])
    made.put("copy/2026-11-01.csv", [portal_row("TWICE", "DOUBLE")])
    made.night(FIRST)
    made.put("catalogue/a-2026-11-15.csv", [entry("OWNED", "THIEF"), entry("THIEF-1", "THIEF")])
    made.put("catalogue/b-2026-11-15.csv", [entry("MOVED", "TO")])
    made.put("catalogue/c-2026-11-15.csv", [entry("FROM-1", "FROM")])
    made.put("catalogue/d-2026-11-15-增量.csv", [entry("PARTLY-2", "PARTLY")])
    made.put("catalogue/e-2026-11-15.csv", [entry("ADDED-TO", "PATIENT"),
                                            entry("PATIENT-1", "PATIENT")])  # fmt: skip
    made.put("catalogue/f-2026-11-15.csv", [
        entry("OF-OLD", "NEW"), entry("OF-LEAVING", "NEW"), entry("OF-NEW", "OLD"),
        entry("NEW-1", "NEW"),
    ])  # fmt: skip
    made.put("catalogue/g-2026-11-15.csv", [entry("CLAIMED", "EARLY"), entry("CLAIMED", "EARLY")])
    made.put("catalogue/h-2026-11-15.csv", [entry("CLAIMED", "TARDY"), entry("TARDY-1", "TARDY")])
    made.put("catalogue/i-2026-11-15.csv", [
        *entries("BIG", range(20)), entry("BIG-059", "SMALL"), entry("SMALL-1", "SMALL"),
    ])  # fmt: skip
    made.put("catalogue/j-2026-11-15.csv", [entry("TWICE", "OTHER"), entry("OTHER-1", "OTHER")])
    made.put("catalogue/k-2026-11-18.csv", [entry("RESTS-1", "RESTS")])
    made.put("catalogue/l-2026-11-12.csv", [entry("RESTING", "RESTS")])
    made.put("catalogue/m-2026-11-19.csv", [entry("RESTING", "ALSO")])
    made.put("portal/2026-11-15.csv", [portal_row("P-1", "新名局"), portal_row("P-2", "新名局")])
    made.night(SECOND)
    return made


@pytest.fixture(scope="module")
def refused(home: Home) -> dict[str, str]:
    """Codes that went back as somebody else's, with what the sender is told."""
    rows = home.table("quarantine", None)
    return {row["value"]: row["message"] for row in rows if row["rule"] == "code_owned_by_other"}


def test_what_another_organisation_has_in_force_goes_back_and_names_it(
    home: Home, refused: dict[str, str]
) -> None:
    assert home.in_force(SECOND)["OWNED"] == "OWNER"
    assert home.in_force(SECOND)["THIEF-1"] == "THIEF"
    assert "OWNER局（OWNER）" in refused["OWNED"]


def test_an_entry_moves_when_a_later_file_of_the_run_leaves_it_out(home: Home) -> None:
    assert home.in_force(SECOND)["MOVED"] == "TO"


def test_an_incremental_file_leaves_nothing_out(home: Home, refused: dict[str, str]) -> None:
    assert home.in_force(SECOND)["ADDED-TO"] == "PARTLY"
    assert "PARTLY" in refused["ADDED-TO"]


def test_a_predecessor_is_not_another(home: Home) -> None:
    in_force = home.in_force(SECOND)
    assert (in_force["OF-OLD"], in_force["OF-LEAVING"]) == ("NEW", "NEW")
    # Nor is the successor for a file that still writes the predecessor's code.
    subjects = {row["subject_id"]: row["org_code"] for row in home.table("assessment", SECOND)}
    assert subjects["OF-NEW"] == "NEW"


def test_of_two_that_claim_a_new_code_in_one_run_the_first_has_it(
    home: Home, refused: dict[str, str]
) -> None:
    assert home.in_force(SECOND)["CLAIMED"] == "EARLY"
    assert "EARLY" in refused["CLAIMED"]


def test_a_held_part_lets_nothing_go(home: Home, refused: dict[str, str]) -> None:
    assert home.received("i-2026-11-15.csv")["status"] == "partly_held"
    assert home.in_force(SECOND)["BIG-059"] == "BIG"
    assert "BIG" in refused["BIG-059"]


def test_a_code_in_force_from_two_sources_is_owned_in_both(
    home: Home, refused: dict[str, str]
) -> None:
    assert home.in_force(SECOND)["TWICE"] == "DOUBLE"
    assert "DOUBLE" in refused["TWICE"]


def test_the_last_file_is_the_one_of_the_latest_day(home: Home) -> None:
    # l came after k and is of an earlier day: what k leaves out has been let go.
    assert home.in_force(SECOND)["RESTING"] == "ALSO"


def test_a_whole_export_may_rename_a_department(home: Home, refused: dict[str, str]) -> None:
    assert home.in_force(SECOND)["P-1"] == "portal:新名局"
    assert "P-1" not in refused


def test_every_row_is_accounted_for(home: Home) -> None:
    assert home.counts("a-2026-11-15.csv") == (2, 1, 0, 1)
    assert home.counts("g-2026-11-15.csv") == (2, 1, 1, 0)
