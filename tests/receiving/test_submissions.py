"""What became of each received file: its counts, its rejections, its datasets (inputs.md §5, §8).

One home, two nights; every file of the inbox is one case.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from tests.support.night_helpers import D, Home, batch, entry, item, organisations, resource

NEXT = "2026-11-23"

PORTAL = """
title: 某市门户
dataset: catalogue
organisations: from_rows
row_is: resource
columns:
  {catalogue_code: 编号, name: 标题, org_name: 部门, update_cycle: 频率, last_updated_on: 更新}
constants: {sharing_type: 无条件共享, publish_status: 已发布}
resource:
  columns: {resource_id: {from: [编号, 种类], join: "-"}, resource_type: 种类}
  constants: {mount_status: 已挂载}
"""
PORTAL_ROWS = [
    {"编号": "P1", "标题": "公交线路", "部门": "交通局", "频率": "每月", "更新": "2026-11-01",
     "种类": "接口"},
    {"编号": "P1", "标题": "公交线路表", "部门": "交通局", "频率": "每月", "更新": "2026-11-20",
     "种类": "文件"},
    {"编号": "P2", "标题": "公园名录", "部门": "园林局", "频率": "每月", "更新": "2026-11-02",
     "种类": "文件"},
    {"编号": "P2", "标题": "公园名录", "部门": "园林局", "频率": "每月", "更新": "2026-11-02",
     "种类": "文件"},
]  # fmt: skip

NO_HEADER = "一,二\n3,4\n".encode()
CLASH = {"publish_status": "草稿"}


class Nights:
    """The home after both nights, and what each reported."""

    def __init__(self, home: Home) -> None:
        self.home = home
        fill(home)
        self.first = home.night(D)
        self.after_first = home.submissions()
        fill_again(home)
        self.second = home.night(NEXT)
        self.received = home.submissions()

    def counts(self, name: str, dataset: str = "catalogue") -> tuple[int, ...]:
        """rows_read, accepted, duplicate, quarantined."""
        row = self.received[name, dataset]
        return tuple(int(row[one]) for one in ("rows_read", "accepted", "duplicate", "quarantined"))


def fill(home: Home) -> None:
    catalogue = [
        entry("C1"), {**entry("C1"), "name": entry("C1")["name"] + " "}, entry("C1", **CLASH),
        entry("C2", "NOBODY"), entry("", "A"), entry("C3", ""), entry("C4"),
    ]  # fmt: skip
    home.put("catalogue/counts.csv", catalogue)
    home.put("catalogue/bad-twice.csv", [entry("C5", "NOBODY"), entry("C5", "NOBODY")])
    home.put(
        "catalogue/named.csv", [entry("N1", "E局"), entry("N2", "Ｅ 局"), entry("N3", "同名局")]
    )
    home.put_workbook("catalogue/one.xlsx", {
        "catalogue": [entry("W1", "B")], "resource": ["resource_id", "catalogue_code",
                                                      "resource_type", "mount_status"],
    })  # fmt: skip
    home.put_workbook("catalogue/both.xlsx", {
        "catalogue": [entry("W2", "C")], "resource": [resource("R1", "W2"), resource("R1", "W2")],
    })  # fmt: skip
    content = json.dumps([entry("J1", "D")], ensure_ascii=False)
    home.put_bytes("catalogue/one.json", content.encode())
    home.put("catalogue/header-only.csv", [entry("H1")]).write_text(
        "catalogue_code,name,org_code,sharing_type,update_cycle\n", encoding="utf-8"
    )
    home.put_bytes("catalogue/no-header.csv", NO_HEADER)
    home.put("catalogue/no-org.csv", [{"catalogue_code": "X1", "name": "没有提供方"}])
    home.put_bytes("catalogue/picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40))
    (home.inbox / "catalogue/link.csv").symlink_to(home.inbox / "catalogue/counts.csv")
    (home.inbox / "catalogue/folder-link").symlink_to(home.inbox / "demand")
    os.mkfifo(home.inbox / "catalogue/pipe.csv")
    for name in (".hidden.csv", "~$open.xlsx", "growing.csv.part", "other.tmp", ".git/a.csv"):
        home.put("catalogue/" + name, [entry("NOT-YET")])
    home.put("nowhere/a.csv", [entry("X1")])
    home.put_bytes("portal/p.json", json.dumps(PORTAL_ROWS, ensure_ascii=False).encode())
    home.put("demand/d.csv", [
        item("I1"), item("I1"), item("I2", "NOBODY"), item("", "A"), item("I3", requester_org="谁"),
    ])  # fmt: skip
    home.put("exchange_log/l.csv", [
        batch("b1", "R1", "2026-11-20 10:00:00"), batch("b1", "R1", "2026-11-20 10:00:00"),
        batch("b1", "R1", "2026-11-20 11:00:00"), batch("b1", "R1", "2026-11-21 10:00:00"),
        batch("", "R1", "2026-11-20 10:00:00"), batch("b2", "", "2026-11-20 10:00:00"),
        batch("b3", "UNKNOWN", "2026-11-20 10:00:00"),
        batch("b4", "UNKNOWN", "2026-11-22 10:00:00"),
    ])  # fmt: skip
    approved = {"indicator": "mount_rate", "approved_by": "市数据局", "reason": "系统迁移"}
    home.put("exemption/exemptions.csv", [
        {**approved, "subject_id": "C4"}, {**approved, "subject_id": "C1", "approved_by": ""},
        {**approved, "subject_id": "W1", "reason": " "},
    ])  # fmt: skip


def fill_again(home: Home) -> None:
    """What comes the next night: repeats, replacements, rejected bytes again."""
    (home.inbox / "catalogue/copy.json").write_bytes(
        (home.inbox / "catalogue/one.json").read_bytes()
    )
    home.put_bytes("catalogue/no-header-again.csv", NO_HEADER)
    home.put("catalogue/counts.csv", [entry("C1"), entry("C6")])
    home.put("catalogue/header-only-B.csv", [entry("H1", "B")]).write_text(
        "目录代码,目录名称,提供方,共享类型,更新周期\n", encoding="utf-8"
    )


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    listed = [*organisations(*"ABCDE"), {"org_code": "S1", "org_name": "同名局", "level": "市"},
              {"org_code": "S2", "org_name": "同名局", "level": "县"}]  # fmt: skip
    folder = tmp_path_factory.mktemp("submissions")
    yield Nights(Home(folder, listed=listed, sources={"portal": PORTAL}))


COUNTS = {
    ("counts.csv", "catalogue"): (7, 2, 1, 4),
    # The second of two equal rows is a duplicate even when the first goes back.
    ("bad-twice.csv", "catalogue"): (2, 0, 1, 1),
    ("named.csv", "catalogue"): (3, 2, 0, 1),
    ("one.xlsx", "catalogue"): (1, 1, 0, 0),
    ("one.xlsx", "resource"): (0, 0, 0, 0),
    ("both.xlsx", "catalogue"): (1, 1, 0, 0),
    ("both.xlsx", "resource"): (2, 1, 1, 0),
    ("one.json", "catalogue"): (1, 1, 0, 0),
    # Rows of one key are one entry there, and every row counts.
    ("p.json", "catalogue"): (4, 3, 1, 0),
    ("p.json", "resource"): (4, 3, 1, 0),
    ("d.csv", "demand"): (5, 2, 1, 2),
    # Kept once per batch and day: another day is another row; equal rows are duplicates.
    ("l.csv", "exchange_log"): (8, 4, 2, 2),
    ("exemptions.csv", "exemption"): (3, 1, 0, 2),
}


@pytest.mark.parametrize(("name", "dataset"), COUNTS)
def test_counts(nights: Nights, name: str, dataset: str) -> None:
    row = nights.after_first[name, dataset]
    found = tuple(int(row[one]) for one in ("rows_read", "accepted", "duplicate", "quarantined"))
    assert found == COUNTS[name, dataset]


REJECTED = {
    "header-only.csv": "没有数据行",
    "no-header.csv": "表头",
    "no-org.csv": "提供方",
    "picture.csv": "",
    "link.csv": "链接",
    "folder-link": "链接",
    "pipe.csv": "管道",
    "a.csv": "nowhere.yaml",
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_file_rejected_whole_has_four_zeros_and_says_why(nights: Nights, name: str) -> None:
    row = nights.received[name, "catalogue"]
    assert (row["status"], nights.counts(name)) == ("rejected", (0, 0, 0, 0))
    assert row["why"] and REJECTED[name] in row["why"]


def test_a_dataset_without_rows_is_rejected_and_the_other_of_its_file_is_not(
    nights: Nights,
) -> None:
    assert nights.received["one.xlsx", "catalogue"]["status"] == "accepted"
    row = nights.received["one.xlsx", "resource"]
    assert (row["status"], "没有数据行" in row["why"]) == ("rejected", True)


def test_every_row_is_accounted_for(nights: Nights) -> None:
    rows = nights.home.table("submission", None)
    for row in rows:
        parts = [int(row[name]) for name in ("accepted", "duplicate", "quarantined")]
        assert int(row["rows_read"]) == sum(parts), row
    assert len({row["submission_id"] for row in rows}) == len(rows)


def test_a_submission_says_where_from_and_when(nights: Nights) -> None:
    row = nights.received["counts.csv", "catalogue"]
    assert (row["source"], row["effective_on"], row["sender"]) == (
        "catalogue",
        NEXT,
        "规范目录文件",
    )
    assert (row["received_at"], len(row["sha256"])) == ("2026-11-24 02:00:00", 64)
    assert row["reader_version"] and int(row["size"]) > 0
    assert row["read_as"] == "csv utf-8"


def test_names_that_are_no_files_yet_are_left_alone(nights: Nights) -> None:
    names = [name for name, _ in nights.received]
    assert not [name for name in names if "hidden" in name or "open" in name or "other" in name]
    assert not [name for name in names if name.endswith(".part") or ".git" in name]
    assert "NOT-YET" not in nights.home.in_force(NEXT)


def test_quarantined_rows_say_where_what_and_what_to_do(nights: Nights) -> None:
    rows = [
        row
        for row in nights.home.table("quarantine", None)
        if row["submission_id"] == nights.after_first["counts.csv", "catalogue"]["submission_id"]
    ]
    found = [(row["row"], row["column"], row["value"], row["rule"]) for row in rows]
    assert found == [
        ("4", "catalogue_code", "C1", "conflicting_duplicate"),
        ("5", "org_code", "NOBODY", "organisation_unknown"),
        ("6", "catalogue_code", "", "key_missing"),
        ("7", "org_code", "", "organisation_missing"),
    ]
    assert all(row["sheet"] == "" and row["message"] and row["what_to_do"] for row in rows)


def test_an_exemption_without_approver_or_reason_is_quarantined(nights: Nights) -> None:
    number = nights.received["exemptions.csv", "exemption"]["submission_id"]
    rows = [row for row in nights.home.table("quarantine") if row["submission_id"] == number]
    assert [row["rule"] for row in rows] == [
        "exemption_approved_by_missing", "exemption_reason_missing",
    ]  # fmt: skip
    outcomes = nights.home.outcomes()
    assert outcomes["C4"] == "excluded exempt"
    assert outcomes["C1"] == outcomes["W1"] == "missed no_resource"


def test_a_name_that_two_organisations_have_is_not_guessed(nights: Nights) -> None:
    number = nights.received["named.csv", "catalogue"]["submission_id"]
    rows = [row for row in nights.home.table("quarantine") if row["submission_id"] == number]
    assert [row["rule"] for row in rows] == ["organisation_ambiguous"]
    assert "S1" in rows[0]["message"] and "S2" in rows[0]["message"]
    assert nights.home.in_force()["N2"] == "E"


def test_rows_of_one_key_become_one_entry_with_several_resources(nights: Nights) -> None:
    [row] = [row for row in nights.home.table("catalogue") if row["catalogue_code"] == "P1"]
    assert (row["name"], row["last_updated_on"]) == ("公交线路", "2026-11-20")
    assert (row["org_code"], row["org_name"]) == ("portal:交通局", "交通局")
    mounted = nights.home.in_force(table="resource", value="catalogue_code")
    assert {key for key, of in mounted.items() if of == "P1"} == {"P1-接口", "P1-文件"}


def test_what_differs_between_rows_of_one_key_is_a_warning(nights: Nights) -> None:
    assert list(nights.home.issues(rule="rows_differ")) == ["P1"]


def test_an_unknown_requester_is_a_warning_and_an_unknown_provider_critical(
    nights: Nights,
) -> None:
    assert set(nights.home.in_force(table="demand")) == {"I1", "I3"}
    assert list(nights.home.issues(rule="demand_requester_org_unknown")) == ["I3"]


def test_log_rows_of_an_unknown_resource_are_kept_and_counted(nights: Nights) -> None:
    issues = nights.home.issues(rule="exchange_unknown_resource")
    assert list(issues) == ["l.csv"]
    assert "2" in issues["l.csv"]["message"]


def test_the_same_bytes_are_not_taken_twice_and_it_says_so(nights: Nights) -> None:
    assert nights.second.intake.staged.known == ["catalogue/copy.json"]
    assert ("copy.json", "catalogue") not in nights.received


def test_the_same_name_with_new_bytes_is_taken(nights: Nights) -> None:
    assert nights.counts("counts.csv") == (2, 2, 0, 0)
    assert set(nights.home.in_force(NEXT)) >= {"C1", "C6"}
    assert "C4" not in nights.home.in_force(NEXT)


def test_rejected_bytes_may_come_again(nights: Nights) -> None:
    assert nights.received["no-header-again.csv", "catalogue"]["status"] == "rejected"


def test_a_header_without_rows_leaves_in_force_what_was(nights: Nights) -> None:
    assert nights.received["header-only-B.csv", "catalogue"]["status"] == "rejected"
    assert nights.home.in_force(NEXT)["W1"] == "B"


def test_the_report_names_what_needs_a_person(nights: Nights) -> None:
    assert {one.file_name for one in nights.first.intake.troubled} == {
        "counts.csv", "bad-twice.csv", "named.csv", "one.xlsx", "d.csv", "l.csv", "exemptions.csv",
        *REJECTED,
    }  # fmt: skip
    assert {one.file_name for one in nights.second.intake.troubled} == {
        "header-only-B.csv", "no-header-again.csv",
    }  # fmt: skip
