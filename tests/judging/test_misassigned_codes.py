"""Codes that don't fit their organisation, and the many ways of numbering that are no fault."""

from __future__ import annotations

import hashlib
import uuid

import pandas as pd
import pytest

from sharing_pipeline.catalog.organisations import Organisation, Organisations
from sharing_pipeline.judging.misassigned_codes import code_helpers

GOVERNMENT, EDUCATION, CIVIL = "361102000", "361102001", "361102002"
OLD = "361121001"
ORGANISATIONS = Organisations(
    [
        Organisation(GOVERNMENT, "区政府"),
        Organisation(EDUCATION, "区教育局", parent=GOVERNMENT),
        Organisation(CIVIL, "区民政局", parent=GOVERNMENT),
        Organisation(OLD, "县教育局", successor=EDUCATION),
    ]
)


def odd(codes: list[str], orgs: list[str] | None = None) -> dict[str, list[str]]:
    """The odd codes by what is odd about them; all of the education bureau unless told."""
    frame = pd.DataFrame(
        {"catalogue_code": codes, "org_code": orgs or [EDUCATION] * len(codes)}, dtype="str"
    )
    found = code_helpers(frame, ORGANISATIONS)
    return {
        name.partition("__")[2]: [
            code for code, flag in zip(codes, found[name], strict=True) if flag
        ]
        for name in found
    }


def serials(start: str, count: int = 20) -> list[str]:
    return [f"{start}{number:06d}" for number in range(1, count + 1)]


NOTHING: dict[str, list[str]] = {"of_other": [], "unlike": [], "rounded": []}


@pytest.mark.parametrize("separator", ["", "/", "-"])
def test_a_code_that_begins_with_anothers_code(separator: str) -> None:
    codes = [*serials(EDUCATION + separator), f"{CIVIL}{separator}000007"]
    assert odd(codes) == NOTHING | {"of_other": codes[-1:]}


def test_a_separator_makes_it_certain_for_a_single_code() -> None:
    assert odd([f"{CIVIL}/7"])["of_other"] == [f"{CIVIL}/7"]
    assert odd([f"{CIVIL}0007"]) == NOTHING


def test_codes_of_a_predecessor_and_of_the_region_are_no_fault() -> None:
    assert odd([*serials(EDUCATION, 5), f"{OLD}/1", f"{GOVERNMENT}/1"]) == NOTHING
    assert odd([f"{CIVIL}/1"], [GOVERNMENT])["of_other"] == [f"{CIVIL}/1"]


def test_a_serial_behind_the_region_may_look_like_anothers_code() -> None:
    assert odd([f"361102{number:06d}" for number in range(1500, 2600)]) == NOTHING


def test_a_code_without_the_beginning_of_nearly_all_others() -> None:
    assert odd([*serials("JY-"), "MZ-000001"]) == NOTHING | {"unlike": ["MZ-000001"]}
    assert odd([*serials("JY"), "MZ000001"]) == NOTHING | {"unlike": ["MZ000001"]}
    assert odd([*serials(EDUCATION), "999"]) == NOTHING | {"unlike": ["999"]}


@pytest.mark.parametrize(
    "codes",
    [
        [str(uuid.UUID(int=number * 7**40 % 2**128)) for number in range(1, 60)],
        [hashlib.sha256(bytes([number])).hexdigest() for number in range(60)],
        [*serials("JY-", 12), *serials("XX-", 8)],
        [*serials("JY-", 9), "MZ-1"],
        [*serials("JY-", 20), "MZ-1", "MZ-2", "MZ-3"],
        [str(number) for number in range(95, 130)],
        ["人口信息", "学校名录", "教师 2024"],
    ],
    ids=["uuid", "hash", "two ways", "few", "three others", "bare serials", "names"],
)
def test_where_no_beginning_is_usual_nothing_is_odd(codes: list[str]) -> None:
    assert odd(codes) == NOTHING


def test_each_organisation_has_its_own_way() -> None:
    codes = [*serials("JY-"), *serials("MZ-"), "MZ-900000"]
    orgs = [*[EDUCATION] * 20, *[CIVIL] * 20, EDUCATION]
    assert odd(codes, orgs)["unlike"] == ["MZ-900000"]


def test_long_numbers_that_nearly_all_end_in_zeros_may_be_cut_off() -> None:
    cut = [f"{EDUCATION}{number:06d}000" for number in range(1, 7)]
    assert odd(cut)["rounded"] == cut
    assert odd([*cut, f"{EDUCATION}000007123"])["rounded"] == []
    assert odd(cut[:4])["rounded"] == []
    many = [f"{EDUCATION}{number:06d}000" for number in range(1, 19)]
    assert odd([*many, f"{EDUCATION}000007123"])["rounded"] == many
    assert odd([code[:15] for code in cut])["rounded"] == []
