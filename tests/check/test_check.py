"""`sharing check`, and the replies that go out after a night: both say what intake says."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from sharing_pipeline.check.checking import Checked, check_files
from sharing_pipeline.cli import main
from sharing_pipeline.errors import NothingPublished
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.reply.colours import FILLS
from tests.reference.city import Row
from tests.support.night_helpers import Home, batch, entries, entry, item, organisations, resource
from tests.support.workbooks import NOW, marks, parts_of, rules_in


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A has 100 entries and B has one, taken in on the night before."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.put("catalogue/a.csv", [*entries("A", range(100)), entry("B-1", "B")])
    home.put("catalogue/r.csv", [resource("R-1", "A-001")])
    home.put("exchange_log/log.csv", [batch("L-1", "R-1", "2026-11-20 10:00:00")])
    home.night()
    return home


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an officer sits: an empty folder that is the current one, no home folder set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHARING_HOME", raising=False)
    return tmp_path


def write_csv(path: Path, rows: list[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def check(home: Home, *words: str | Path, with_home: bool = True) -> Result:
    folders = ["--catalog", str(home.settings.catalog)]
    folders += ["--home", str(home.settings.home)] if with_home else []
    command = ["check", *map(str, words), *folders]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def looked_at(
    home: Home, *paths: Path, use_home: bool = True, dataset: str | None = None
) -> Checked:
    with Sandbox() as sandbox:
        return check_files(
            home.settings, paths, dataset=dataset, use_home=use_home, sandbox=sandbox,
            clock=lambda: NOW,
        )  # fmt: skip


def said(checked: Checked) -> list[tuple[str, int | None, str]]:
    """Level, row and rule of every remark on the first file."""
    return [(one.level, one.row, one.rule) for one in checked.files[0].report.remarks]


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        # SQLite's own notes of who reads; they hold no data.
        if path.is_file() and path.suffix != ".db-shm"
    }


def test_a_good_file_is_0_and_writes_nothing(home: Home, desk: Path) -> None:
    path = write_csv(desk / "good.csv", [entry("A-001", "A"), entry("A-002", "A")])
    result = check(home, path, with_home=False)
    assert result.exit_code == 0, result.output
    assert "没有发现问题" in result.stdout
    assert [one.name for one in desk.iterdir()] == ["good.csv"]


def test_findings_are_3_with_counts_and_the_reply_in_the_current_folder(
    home: Home, desk: Path
) -> None:
    rows = [entry("A-001", "A"), entry("", "A"), entry("A-003", "A", update_cycle="有空时")]
    path = write_csv(desk / "bad.csv", rows)
    first, second = (check(home, path, with_home=False) for _ in range(2))
    assert first.exit_code == second.exit_code == 3
    line = next(one for one in first.stdout.splitlines() if one.startswith("政务数据目录"))
    assert line.split() == ["政务数据目录", "3", "2", "0", "1", "1", "可以接收"]
    assert "“目录代码”为空" in first.stdout
    assert "校验结果：bad-校验结果.xlsx" in first.stdout
    assert "校验结果：bad-校验结果-2.xlsx" in second.stdout
    colours = [one.colour for one in marks(desk / "bad-校验结果.xlsx", "目录").values()]
    assert colours == [FILLS["critical"], FILLS["warning"]]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nothing.csv"], "没有文件 nothing.csv"),
        (["good.csv", "--source", "nowhere"], "没有来源 nowhere"),
        (["good.csv", "--dataset", "songs"], "可以是：organisation（机构）"),
        (["good.csv", "--reply", "good.csv"], "以 .xlsx 结尾"),
        (["empty"], "没有可以检查的文件"),
    ],
)
def test_wrong_use_is_2(home: Home, desk: Path, words: list[str], text: str) -> None:
    write_csv(desk / "good.csv", [entry("A-001", "A")])
    (desk / "empty").mkdir()
    result = check(home, *words)
    assert result.exit_code == 2
    assert text in result.stderr


def test_a_reply_never_replaces_the_file_that_was_checked(home: Home, desk: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["目录代码"])
    book.save(desk / "a.xlsx")
    before = (desk / "a.xlsx").read_bytes()
    result = check(home, "a.xlsx", "--reply", "a.xlsx")
    assert result.exit_code == 2
    assert (desk / "a.xlsx").read_bytes() == before


def test_a_folder_is_checked_whole(home: Home, desk: Path) -> None:
    (desk / "in" / "sub").mkdir(parents=True)
    write_csv(desk / "in" / "a.csv", [entry("A-001", "A")])
    write_csv(desk / "in" / "sub" / "a.csv", [entry("", "A")])
    (desk / "in" / "sub" / "a.txt").write_text("not a table at all", encoding="utf-8")
    (desk / "in" / ".hidden.csv").write_text("x", encoding="utf-8")
    (desk / "in" / "link.csv").symlink_to(desk / "in" / "a.csv")
    result = check(home, "in", "--reply", "out")
    assert result.exit_code == 3
    found = {one.relative_to(desk / "out").as_posix() for one in (desk / "out").rglob("*.xlsx")}
    assert found == {
        "a-校验结果.xlsx", "link-校验结果.xlsx",
        "sub/a.csv-校验结果.xlsx", "sub/a.txt-校验结果.xlsx",
    }  # fmt: skip
    assert "不是普通文件" in result.stdout
    assert ".hidden" not in result.stdout


def test_the_home_is_read_and_not_written(home: Home, desk: Path) -> None:
    path = write_csv(desk / "stolen.csv", [entry("A-001", "B"), entry("B-1", "B")])
    before = everything_in(home.settings.home)
    checked = looked_at(home, path)
    assert said(checked) == [("critical", 2, "code_owned_by_other")]
    assert checked.home_used
    assert everything_in(home.settings.home) == before
    assert said(looked_at(home, path, use_home=False)) == []


def test_a_part_that_shrinks_is_held_and_each_of_its_rows_says_so(home: Home, desk: Path) -> None:
    path = write_csv(desk / "few.csv", entries("A", range(70)))
    checked = looked_at(home, path)
    answer = checked.files[0].report.datasets[0]
    assert answer.status == "held"
    assert "由 100 条减为 70 条" in answer.why
    assert said(checked) == [("held", row, "part_held") for row in range(2, 72)]


def test_a_file_that_was_taken_is_checked_like_any_other(home: Home) -> None:
    checked = looked_at(home, home.inbox / "catalogue" / "a.csv")
    answer = checked.files[0].report
    assert (answer.datasets[0].accepted, answer.clean) == (101, True)
    log = looked_at(home, home.inbox / "exchange_log" / "log.csv").files[0].report.datasets[0]
    assert (log.dataset, log.accepted, log.duplicate) == ("exchange_log", 1, 0)


def test_without_any_list_no_organisation_is_unknown_and_that_is_said(
    tmp_path: Path, desk: Path
) -> None:
    nobody = Home(tmp_path / "nobody", listed=[])
    path = write_csv(desk / "a.csv", [entry("A-001", "随便局")])
    demand = write_csv(desk / "d.csv", [item("X-1", "某局")])
    result = check(nobody, path, demand, with_home=False)
    assert result.exit_code == 0, result.output
    assert "没有机构清单" in result.stdout


def test_the_catalogs_list_counts_where_no_home_has_one(tmp_path: Path, desk: Path) -> None:
    listed = Home(tmp_path / "listed", listed=[])
    write_csv(listed.settings.catalog / "organisations.csv", organisations("A"))
    path = write_csv(desk / "a.csv", [entry("A-001", "A"), entry("Z-001", "Z")])
    assert said(looked_at(listed, path, use_home=False)) == [
        ("critical", 3, "organisation_unknown")
    ]


def test_a_code_beside_the_name_of_another_organisation_is_a_warning(
    home: Home, desk: Path
) -> None:
    rows = [entry("N-1", "A", org_name="A局"), entry("N-2", "A", org_name="B局"),
            entry("N-3", "A", org_name="谁也不知道的局")]  # fmt: skip
    sent = write_csv(desk / "a.csv", rows)
    warned = [one for one in said(looked_at(home, sent)) if one[0] == "warning"]
    assert warned == [("warning", 3, "organisation_name_differs")]


def test_an_unknown_organisation_is_shown_where_it_is_written(home: Home, desk: Path) -> None:
    rows = [entry("N-1", "", org_name="无此局"), entry("N-2", "X", org_name="A局")]
    sent = write_csv(desk / "a.csv", rows)
    remarks = looked_at(home, sent).files[0].report.remarks
    assert [(one.row, one.header, one.value) for one in remarks] == [
        (2, "org_name", "无此局"), (3, "org_code", "X"),
    ]  # fmt: skip


def test_resources_whose_codes_all_lost_the_zeros_of_their_entries(home: Home, desk: Path) -> None:
    book = openpyxl.Workbook()
    codes = [f"036110000{number}" for number in range(3)]
    catalogue = [entry(code, "A") for code in codes]
    resources = [resource(f"R-{code}", str(int(code))) for code in codes]
    for name, rows in (("目录", catalogue), ("挂载资源", resources)):
        sheet = book.create_sheet(name)
        for row in ([*rows[0]], *(list(row.values()) for row in rows)):
            sheet.append(row)
    book.save(desk / "a.xlsx")
    answer = looked_at(home, desk / "a.xlsx", use_home=False).files[0].report
    assert {(one.sheet, one.row, one.rule) for one in answer.remarks} == {
        ("挂载资源", row, "code_damaged") for row in (2, 3, 4)
    }


def test_in_the_future_is_later_than_today(home: Home, desk: Path) -> None:
    rows = [
        entry("A-001", "A", last_updated_on="2026-11-23"),
        entry("A-002", "A", last_updated_on="2026-11-24"),
    ]
    path = write_csv(desk / "a.csv", rows)
    assert said(looked_at(home, path, use_home=False)) == [
        ("warning", 3, "catalogue_last_updated_on_in_future")
    ]


def test_the_headers_tell_the_dataset_and_an_option_overrules_them(home: Home, desk: Path) -> None:
    path = write_csv(desk / "d.csv", [item("X-1")])
    answer = looked_at(home, path).files[0].report
    assert [one.dataset for one in answer.datasets] == ["demand"]
    assert answer.source == "规范供需对接清单"
    (only,) = looked_at(home, path, dataset="catalogue").files[0].report.datasets
    assert (only.dataset, only.status) == ("catalogue", "rejected")
    assert "没有政务数据目录" in only.why


def test_another_source_is_read_by_its_own_columns(tmp_path: Path, desk: Path) -> None:
    yaml = "title: 某平台\ndataset: catalogue\ncolumns: {catalogue_code: 编号, name: 题目}\n"
    portal = Home(tmp_path / "portal", sources={"portal": yaml})
    rows: list[Row] = [
        {
            "编号": code,
            "题目": "甲乙丙",
            "提供方": "A",
            "共享类型": "无条件共享",
            "更新周期": "每月",
        }
        for code in ("1", "")
    ]
    result = check(portal, write_csv(desk / "p.csv", rows), "--source", "portal", with_home=False)
    assert result.exit_code == 3
    assert "某平台" in result.stdout
    assert "编号" in result.stdout


def test_resources_of_a_log_are_looked_up_in_the_home_and_nowhere_else(
    home: Home, desk: Path
) -> None:
    ids = ("R-404", "R-1", "R-405")
    rows = [batch(f"L-{one}", one, "2026-11-20 10:00:00") for one in ids]
    path = write_csv(desk / "log.csv", rows)
    remarks = looked_at(home, path).files[0].report.remarks
    assert [(one.rule, one.row, one.value) for one in remarks] == [
        ("exchange_unknown_resource", 2, "R-404"),
        ("exchange_unknown_resource", 4, "R-405"),
    ]
    assert said(looked_at(home, path, use_home=False)) == []
    assert "日志里的资源标识是否存在没有核对" in check(home, path, with_home=False).stdout


def test_a_log_is_checked_and_answered_by_its_rows(home: Home, desk: Path) -> None:
    rows = [batch("L-1", "R-1", "2026-11-20 10:00:00"), batch("", "R-1", "2026-11-20 10:00:00")]
    result = check(home, write_csv(desk / "log.csv", rows), "--reply", "log.xlsx")
    assert result.exit_code == 3
    sheet = openpyxl.load_workbook(desk / "log.xlsx")["交换日志"]
    assert str(sheet.cell(3, sheet.max_column).value).startswith("【严重】")


def test_after_a_night_each_sender_has_the_answer_that_intake_gave(tmp_path: Path) -> None:
    home = Home(tmp_path)
    bad = [entry("A-001", "A"), entry("", "A"), entry("A-003", "无名"), entry("A-001", "A")]
    home.put_workbook("catalogue/局/目录.xlsx", {"catalogue": bad})
    home.put("catalogue/good.csv", [entry("B-001", "B")])
    home.put("exchange_log/log.csv", [batch("", "R-1", "2026-11-20 10:00:00")])
    home.put_bytes("catalogue/broken.xlsx", b"PK\x03\x04 nothing")
    home.night()
    replies = home.settings.reply
    assert sorted(one.relative_to(replies).as_posix() for one in replies.rglob("*.xlsx")) == [
        "catalogue/broken-校验结果.xlsx", "catalogue/局/目录-校验结果.xlsx",
    ]  # fmt: skip
    back = replies / "catalogue/局/目录-校验结果.xlsx"
    rules = sorted(
        rule.partition("】")[2]
        for one in marks(back, "目录").values()
        for rule in rules_in(one.comment)
    )
    kept = [
        row["rule"] for row in home.table("quarantine", None) if row["rule"] != "batch_id_missing"
    ]
    assert rules == sorted([*kept, "exact_duplicate"])


def test_a_held_part_is_answered_and_a_mended_file_takes_its_reply_away(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", entries("A", range(100)))
    home.night("2026-11-20")
    home.put("catalogue/a.csv", entries("A", range(60)))
    home.night("2026-11-21")
    back = home.settings.reply / "catalogue" / "a-校验结果.xlsx"
    problems = [cell.value for cell in openpyxl.load_workbook(back)["目录"][2]]
    assert str(problems[-1]).startswith("【留待处理】")
    home.put("catalogue/a.csv", [*entries("A", range(99)), entry("A-999", "A")])
    home.night("2026-11-22")
    assert not back.exists()


def test_a_refused_night_answers_its_senders_all_the_same(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("A-001", "A"), entry("", "A")])
    with pytest.raises(NothingPublished):
        home.night(strict=True)
    back = home.settings.reply / "catalogue" / "a-校验结果.xlsx"
    back.unlink()
    home.night()
    assert not back.exists(), "what was answered isn't answered again"


def test_a_night_that_was_killed_before_its_replies_leaves_them_to_the_next(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("A-001", "A"), entry("", "A")])
    home.night()
    back = home.settings.reply / "catalogue" / "a-校验结果.xlsx"
    first = parts_of(back)
    shutil.rmtree(home.settings.reply)
    home.night()
    assert parts_of(back) == first


def test_a_folder_with_a_name_that_is_no_utf8_is_checked(desk: Path) -> None:
    folder = desk / "报送"
    folder.mkdir()
    write_csv(folder / "好的.csv", entries("A", range(2)))
    (folder / os.fsdecode(b"\xff\xfegb.csv")).write_text("目录代码\n", encoding="utf-8")
    said = CliRunner().invoke(main, ["check", str(folder)], catch_exceptions=False)
    assert said.exit_code == 3
    assert "gb.csv" in said.stdout
    assert "好的.csv" in said.stdout
