"""What is in force on D (indicators.md §1, inputs.md §5), by the reference and by the pipeline.

Every situation has organisations of its own, so that one night answers for all of them.
"""

from __future__ import annotations

import pytest

from tests.conftest import Engine
from tests.reference import City, File
from tests.reference.city import Row
from tests.support.cases import ENTRY, ITEM, RESOURCE, D, definition
from tests.support.pipeline import TextRow

DEFINITIONS = [definition("mount_rate", "test"), definition("demand_completion", "test")]

MOUNTED = "met mounted"
NO_RESOURCE = "missed no_resource"
DRAFT = "excluded not_published"


def entry(code: str, org: str, **fields: str) -> Row:
    return {**ENTRY, "catalogue_code": code, "org_code": org, **fields}


def resource(code: str, of: str, **fields: str) -> Row:
    return {**RESOURCE, "resource_id": code, "catalogue_code": of, **fields}


def item(code: str, org: str = "KEEPS", **fields: str) -> Row:
    return {**ITEM, "demand_id": code, "requester_org": "KEEPS", "provider_org": org, **fields}


DRAFTED = {"publish_status": "草稿"}

CATALOGUES = [
    File("目录-2026-11-01.csv", [
        entry("FULL-1", "FULL"), entry("FULL-2", "FULL"),
        entry("KEEPS-1", "KEEPS"),
        entry("BROKEN-1", "BROKEN"), entry("BROKEN-2", "BROKEN"),
        entry("CLASH-1", "CLASH"), entry("CLASH-1", "CLASH", **DRAFTED),
        entry("TWICE-1", "TWICE"), entry("TWICE-1", "TWICE"),
        entry("MOVES-1", "MOVES-A"), entry("MOVES-2", "MOVES-A"),
        entry("OWNED-1", "OWNER"),
        entry("HEIR-1", "OLD"),
        entry("CHAIN-1", "OLDEST"),
        entry("STRANGE-1", "NOBODY"), entry("STRANGE-2", ""), entry("", "FULL"),
        entry("DATES-1", "DATES"), entry("SAME-1", "SAME"),
        entry("RES-1", "RES"), entry("RES-2", "RES"),
    ]),
    File("目录_20261115.csv", [
        entry("FULL-2", "FULL"),
        entry("BROKEN-1", "NOBODY"), entry("BROKEN-2", "BROKEN", **DRAFTED),
        entry("MOVES-1", "MOVES-A"), entry("MOVES-2", "MOVES-B"),
        entry("OWNED-1", "THIEF", **DRAFTED), entry("THIEF-1", "THIEF"),
        entry("HEIR-1", "NEW"),
    ]),
    File("目录s-2026-11-22-a.csv", [entry("DATES-2", "DATES"), entry("SAME-2", "SAME")]),
    File("目录s-2026-11-22-b.csv", [entry("SAME-3", "SAME")]),
    File("目录t-2026-11-23.csv", [entry("DATES-3", "DATES")]),
    File("目录u.csv", [entry("UNDATED-1", "UNDATED")]),
]  # fmt: skip

RESOURCES = [
    File("资源-2026-11-01.csv", [
        resource("R-FULL-2", "FULL-2"), resource("R-RES-1", "RES-1"), resource("R-RES-2", "RES-2"),
        resource("R-KEEPS-1", "KEEPS-1"), resource("R-CLASH", "CLASH-1"),
        resource("R-CLASH", "CLASH-1", resource_status="停用"),
        resource("R-NOTHING", "UNKNOWN-ENTRY"),
        resource("", "TWICE-1"),
    ]),
    File("资源-2026-11-20.csv", [resource("R-RES-2", "RES-2", resource_status="停用")]),
]  # fmt: skip

DEMANDS = [
    File("需求1.csv", [item("ITEM-1"), item("ITEM-2", merged_into="ITEM-1"),
                      item("ITEM-3", "NOBODY"), item("ITEM-4", submitted_on=""),
                      item("ITEM-5", submitted_on="2026-11-23"),
                      item("ITEM-6", submitted_on="2026-11-22")]),
    File("需求2.csv", [item("ITEM-1", withdrawn_on="2026-11-20"),
                      item("ITEM-2", "NOBODY")]),
]  # fmt: skip

ENDED = {"level": "市", "valid_to": "2026-11-10"}

CITY = City(
    organisations=[
        *(
            {"org_code": code, "org_name": f"{code}局", "level": "市"}
            for code in ("FULL", "KEEPS", "BROKEN", "CLASH", "TWICE", "MOVES-A", "MOVES-B",
                         "OWNER", "THIEF", "NEW", "HEIR", "DATES", "SAME", "UNDATED", "RES")
        ),
        *(
            {"org_code": code, "org_name": f"{code}局", "successor": successor, **ENDED}
            for code, successor in {"OLD": "NEW", "OLDEST": "OLDER", "OLDER": "HEIR"}.items()
        ),
    ],
    catalogues=CATALOGUES,
    resources=RESOURCES,
    demands=DEMANDS,
)  # fmt: skip

EXPECTED = {
    "FULL-1": None,  # a full submission replaces
    "FULL-2": ("FULL", MOUNTED),  # and leaves the resources alone
    "KEEPS-1": ("KEEPS", MOUNTED),  # no row in the later files
    "BROKEN-1": ("BROKEN", NO_RESOURCE),  # its new row is quarantined: the last accepted stays
    "BROKEN-2": ("BROKEN", DRAFT),
    "CLASH-1": ("CLASH", MOUNTED),  # of conflicting rows the first stays
    "TWICE-1": ("TWICE", NO_RESOURCE),
    "MOVES-1": ("MOVES-A", NO_RESOURCE),
    "MOVES-2": ("MOVES-B", NO_RESOURCE),  # an entry can move
    "OWNED-1": ("OWNER", NO_RESOURCE),  # owned by another organisation: quarantined
    "THIEF-1": ("THIEF", NO_RESOURCE),
    "HEIR-1": ("NEW", NO_RESOURCE),  # a predecessor is not another
    "CHAIN-1": ("HEIR", NO_RESOURCE),  # chains of successors are followed
    "STRANGE-1": None,
    "STRANGE-2": None,
    "DATES-1": None,
    "DATES-2": ("DATES", NO_RESOURCE),  # dated D is in force on D
    "DATES-3": None,  # dated D+1 is not
    "SAME-2": None,
    "SAME-3": ("SAME", NO_RESOURCE),  # of two of one day the later received
    "UNDATED-1": ("UNDATED", NO_RESOURCE),
    "RES-1": ("RES", NO_RESOURCE),  # its resource is missing in the later file
    "RES-2": ("RES", "missed resource_offline"),
    "ITEM-1": ("KEEPS", "excluded withdrawn"),  # the later file's row
    "ITEM-2": ("KEEPS", "excluded merged"),  # the later row is quarantined
    "ITEM-3": None,
    "ITEM-4": None,  # without submitted_on no subject
    "ITEM-5": None,  # submitted after D
    "ITEM-6": ("KEEPS", "missed in_progress"),  # missing in the later file: stays
}


@pytest.fixture(scope="module")
def subjects(engine: Engine) -> dict[str, TextRow]:
    rows, _ = engine(CITY, D, DEFINITIONS)
    assert len({row["subject_id"] for row in rows}) == len(rows)
    return {row["subject_id"]: row for row in rows}


def test_nothing_else_is_a_subject(subjects: dict[str, TextRow]) -> None:
    assert set(subjects) == {code for code, expected in EXPECTED.items() if expected}


@pytest.mark.parametrize("code", [code for code, expected in EXPECTED.items() if expected])
def test_subject_in_force(code: str, subjects: dict[str, TextRow]) -> None:
    row = subjects[code]
    assert (row["org_code"], f"{row['outcome']} {row['reason']}") == EXPECTED[code]
