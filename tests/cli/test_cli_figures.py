"""`explain` and `export`: every figure opens into its rows, every table leaves as it should."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from sharing_pipeline.values.neutralised import neutralised
from tests.support.night_helpers import Home, batch, entry, resource
from tests.support.officer import FIRST, city_files, read_csv, sharing

AT = ("--date", FIRST)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("figures"), listed=[])
    city_files(home)
    log = [
        batch("b1", "R-A-000", "2026-11-18 08:00:00", 120),
        batch("b2", "R-A-000", "2026-11-19 08:00:00", 0),
        batch("b3", "R-A-001", "2026-11-18 09:00:00", 7),
    ]
    home.put("exchange_log/log.csv", log)
    home.night(FIRST)
    return home


@pytest.mark.parametrize("indicator", ["mount_rate", "update_timeliness", "demand_completion"])
@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (("all", "all"), ()),
        (("org", "A"), ("--org", "A")),
        (("org", "A"), ("--org", "A局")),
        (("org", "B"), ("--org", "B")),
        (("org_tree", "A"), ("--org", "A", "--tree")),
    ],
)
def test_the_rows_of_a_figure_are_its_counts(
    home: Home, indicator: str, scope: tuple[str, str], words: tuple[str, ...]
) -> None:
    (figure,) = (
        row
        for row in home.table("scoreboard", FIRST, f"{indicator}/2023-1")
        if (row["scope_type"], row["scope_code"]) == scope
    )
    said = sharing(home, "explain", indicator, *AT, *words)
    outcomes = [row["outcome"] for row in read_csv(said)]
    assert outcomes.count("met") == int(figure["numerator"])
    assert outcomes.count("met") + outcomes.count("missed") == int(figure["denominator"])
    assert outcomes.count("excluded") == int(figure["excluded"])
    assert f"分子 {figure['numerator']}，分母 {figure['denominator']}" in said.stderr


def test_rows_say_in_chinese_what_and_whose_they_are(home: Home) -> None:
    rows = read_csv(sharing(home, "explain", "mount_rate", *AT, "--outcome", "未达到"))
    assert len(rows) == 5
    last = rows[-1]
    assert last["subject_id"] == "A1-009"
    assert last["org_name"] == "A局信息中心"
    assert last["outcome_text"] == "未达到"
    assert last["reason_text"] == "没有已挂载的资源"
    assert last["name"] == "'=1+1"


def test_the_story_of_an_entry_names_rule_evidence_and_where_each_row_came_from(home: Home) -> None:
    told = sharing(home, "explain", "update_timeliness", *AT, "--subject", "A-000").stdout
    assert "第 9 条规则：按期更新" in told
    assert "依据日期：2026-11-18" in told
    assert "update_timeliness/2023-1 第 1 版" in told
    assert f"catalogue/catalogue-{FIRST}.csv 第 2 行" in told
    records = told.partition("交换记录")[2]
    assert "2026-11-19" in records
    assert "exchange_log/log.csv" in records
    assert "R-A-001" not in records


def test_the_story_of_a_demand_shows_its_dates(home: Home) -> None:
    told = sharing(home, "explain", "demand_completion", *AT, "--subject", "X-1").stdout
    assert "第 5 条规则：已完成" in told
    assert "2026-11-11" in told
    assert f"demand/demand-{FIRST}.csv 第 2 行" in told


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "no_rate", *AT),
        ("explain", "mount_rate"),
        ("explain", "mount_rate", "--date", "2026-11-19"),
        ("explain", "mount_rate", *AT, "--org", "nobody"),
        ("explain", "mount_rate", *AT, "--subject", "nothing"),
        ("explain", "mount_rate", *AT, "--subject", "A-000", "--org", "B"),
        ("explain", "mount_rate", *AT, "--definition", "mount_rate/none"),
        ("explain", "mount_rate", *AT, "--definition", "demand_completion/2023-1"),
        ("explain", "mount_rate", *AT, "--revision", "2"),
        ("explain", "mount_rate", *AT, "--tree"),
        ("export", "nothing", *AT),
        ("export", "assessment"),
        ("export", "assessment", "--date", "2026-11-19"),
        ("export", "assessment", *AT, "--revision", "9"),
        ("export", "issue", *AT, "--revision", "1"),
        ("export", "assessment", *AT, "--format", "doc"),
        ("export", "assessment", *AT, "-o", "/no/such/folder/file.csv"),
    ],
)
def test_what_does_not_exist_is_2(home: Home, words: tuple[str, ...]) -> None:
    said = sharing(home, *words)
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.strip()


@pytest.mark.parametrize("table", ["assessment", "scoreboard", "issue", "catalogue", "demand"])
def test_csv_is_the_published_table(home: Home, table: str) -> None:
    said = sharing(home, "export", table, *AT)
    published = home.table(table, FIRST)
    exported = read_csv(said)
    assert list(exported[0]) == list(published[0])
    assert exported == [
        {name: neutralised(value) for name, value in row.items()} for row in published
    ]
    assert not said.stdout_bytes.startswith(b"\xef\xbb\xbf")


def test_what_a_spreadsheet_would_obey_is_neutralised(home: Home, tmp_path: Path) -> None:
    names = [row["name"] for row in read_csv(sharing(home, "export", "catalogue", *AT))]
    assert "'=1+1" in names
    file = tmp_path / "catalogue.xlsx"
    sharing(home, "export", "catalogue", *AT, "--format", "xlsx", "-o", str(file))
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    assert "'=1+1" in [row[header.index("name")] for row in rows]
    assert len(rows) == 110


def test_times_and_unknowns_are_written_as_promised(home: Home) -> None:
    row = read_csv(sharing(home, "export", "submission"))[0]
    assert row["received_at"] == "2026-11-21T02:00:00+08:00"
    board = read_csv(sharing(home, "export", "scoreboard", *AT))
    assert {row["attained"] for row in board} == {"true", "false"}
    assert {row["change_from_previous_night"] for row in board} == {""}
    listed = json.loads(sharing(home, "export", "scoreboard", *AT, "--format", "json").stdout)
    assert {type(row["attained"]) for row in listed} == {bool}
    assert {row["change_from_previous_night"] for row in listed} == {None}


def test_parquet_keeps_the_types(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "submission.parquet"
    words = ("export", "submission", "--format", "parquet")
    sharing(home, *words, "-o", str(file))
    assert str(pq.read_schema(file).field("received_at").type) == "timestamp[us, tz=Asia/Shanghai]"
    piped = sharing(home, *words).stdout_bytes
    assert pq.read_table(io.BytesIO(piped)).num_rows == pq.read_table(file).num_rows


def test_a_file_takes_the_place_of_the_one_before_and_leaves_nothing_beside(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    file.write_text("before", encoding="utf-8")
    said = sharing(home, "export", "definition", "-o", str(file))
    assert (said.exit_code, said.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith("definition,indicator,title,")
    assert list(tmp_path.iterdir()) == [file]


def test_a_revision_lists_the_subjects_that_it_moved(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("catalogue/a.csv", [entry("E-1", "A", update_cycle="每月")])
    home.put("catalogue/r.csv", [resource("R-1", "E-1", mounted_on="2026-01-01")])
    home.night(FIRST)
    words = ("explain", "update_timeliness", *AT, "--moved")
    assert "首次公布" in sharing(home, *words).stdout
    home.put("exchange_log/late.csv", [batch("b1", "R-1", "2026-11-18 08:00:00")])
    home.night(FIRST)
    said = sharing(home, *words).stdout
    assert "第 2 版比上一版变了 1 个对象" in said
    assert re.search(r"E-1 +A +未达到：.* 达到：", said)
    assert "变了的输入：" in said
    assert sharing(home, *words, "--org", "A").exit_code == 2
    assert "首次公布" in sharing(home, *words, "--revision", "1").stdout
