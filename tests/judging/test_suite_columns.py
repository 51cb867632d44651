"""Names that count up, names said again: what a suite can't see in one row."""

from __future__ import annotations

import pandas as pd
import pytest

from sharing_pipeline.judging.suite_columns import name_helpers

PARENTS = {"区数据局": "区政府"}


@pytest.mark.parametrize(
    ("names", "dragged"),
    [
        (["路灯1", "路灯2", "路灯3"], "111"),
        (["路灯1", "路灯2"], "00"),
        (["路灯1", "路灯2", "路灯3", "公园", "路灯4"], "11100"),
        (["3号楼台账", "5号楼台账", "12号楼台账"], "111"),
        (["路灯３", "路灯4", "路灯 5"], "111"),
        (["路灯3", "路灯2", "路灯1"], "000"),
        (["路灯1", "路灯1", "路灯1"], "000"),
        (["2024年1月", "2024年2月", "2025年3月"], "000"),
        (["9" * 5000 + "1", "9" * 5000 + "2", "9" * 5000 + "3"], "111"),
        ([None, None, None], "000"),
    ],
)
def test_names_dragged_down(names: list[str | None], dragged: str) -> None:
    assert flags(names, ["甲"] * len(names))["name__dragged"] == dragged


def test_names_dragged_down_belong_to_one_organisation() -> None:
    assert flags(["路灯1", "路灯2", "路灯3"], ["甲", "甲", "乙"])["name__dragged"] == "000"


def test_names_said_again() -> None:
    names = [
        "人口信息",
        "人口 信息",
        "（人口）信息",
        "人口信息",
        "人口信息",
        "人口信息库",
        "。",
        "。",
    ]
    orgs = ["区数据局", "区数据局", "区数据局", "区政府", "外局", "区数据局", "外局", "外局"]
    found = flags(names, orgs)
    assert found["name__near_duplicate"] == "01100000"
    assert found["name__parent_child"] == "00010000"
    found = flags(["人口信息", "人口信息"], ["区政府", "区数据局"])
    assert found["name__parent_child"] == "01"


def test_an_entry_that_two_files_bring_is_not_its_own_duplicate() -> None:
    names = ["人口信息", "人口信息", "人口信息"]
    found = flags(names, ["甲"] * 3, codes=["C1", "C1", "C2"])
    assert found["name__near_duplicate"] == "001"


def test_a_system_that_says_more_in_brackets_is_the_same_system() -> None:
    names = ["养老服务平台", "养老服务平台（二期）", "养老服务", "平台（二期）"]
    frame = pd.DataFrame(
        {"catalogue_code": names, "org_code": "甲", "name": names, "system_name": names[1]},
        dtype="str",
    )
    assert name_helpers(frame)["name__is_system"].tolist() == [True, True, False, False]


def test_a_system_is_the_same_whatever_its_punctuation() -> None:
    names = ["《养老服务》平台", "养老-服务平台【二期】", "养老服务平台（老人信息）", "——"]
    frame = pd.DataFrame(
        {
            "catalogue_code": names,
            "org_code": "甲",
            "name": names,
            "system_name": ["养老服务平台〔二期〕", "养老服务平台[二期]", "（二期）", None],
        },
        dtype="str",
    )
    assert name_helpers(frame)["name__is_system"].tolist() == [True, True, False, False]


def flags(
    names: list[str | None], orgs: list[str], codes: list[str] | None = None
) -> dict[str, str]:
    frame = pd.DataFrame(
        {
            "catalogue_code": pd.Series(codes or [f"C{row}" for row in range(len(names))]),
            "name": pd.Series(names, dtype="str"),
            "org_code": pd.Series(orgs, dtype="str"),
            "system_name": pd.Series([None] * len(names), dtype="str"),
        }
    )
    found = name_helpers(frame, PARENTS)
    return {name: "".join(str(int(flag)) for flag in found[name]) for name in found}
