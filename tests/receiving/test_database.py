"""Databases as sources: read in batches and only read, never twice, and without telling secrets."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest

from sharing_pipeline.catalog.query_text import why_not_read_only
from sharing_pipeline.catalog.source_keys import Database
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.errors import ConfigurationError, UnreadableDatabase
from sharing_pipeline.published.overview import rejected_files
from sharing_pipeline.receiving import database
from sharing_pipeline.receiving.database import fetch
from sharing_pipeline.receiving.high_water import Mark, MarkTracker
from sharing_pipeline.receiving.pull import PULLED
from tests.support.catalogs import catalog_with
from tests.support.databases import ENTRIES, VARIABLE, WHOLE, entry_row, write_sqlite
from tests.support.night_helpers import D, Home, entry
from tests.support.officer import sharing

NEXT = "2026-11-23"


def source_of(query: str, **keys: Any) -> Database:
    return Database.model_validate({"url_env": VARIABLE, "query": query, **keys})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "  with a as (select 1) select * from a;",
        "-- note; with a semicolon\nSELECT ';' AS \"delete\", `update` /* ; into */ FROM t",
        "SELECT $$ ; delete $$, deleted, into_force FROM t",
    ],
)
def test_one_select_is_a_query(query: str) -> None:
    assert why_not_read_only(query) is None


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("DELETE FROM t", "只能是一条 SELECT"),
        ("", "只能是一条 SELECT"),
        ("/* SELECT */ DROP TABLE t", "只能是一条 SELECT"),
        ("SELECT 1; DROP TABLE t", "只能是一条语句"),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "有 DELETE"),
        ("SELECT * INTO u FROM t", "有 INTO"),
        ("SELECT * FROM t FOR UPDATE", "有 UPDATE"),
    ],
)
def test_what_is_no_single_select_is_refused(query: str, why: str) -> None:
    assert why in str(why_not_read_only(query))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("url_env: SHARING_DB_TEST", "url: postgresql://u:geheim@h/d", "不能写在 YAML 里"),
        ("url_env: SHARING_DB_TEST", "url_env: postgresql://u:geheim@h/d", "不能写在 YAML 里"),
        ("url_env: SHARING_DB_TEST", "url_env: A\n  password: geheim", "不能写在 YAML 里"),
        ("url_env: SHARING_DB_TEST", "url_env: 'geheim '", "要写环境变量的名字"),
        ("url_env: SHARING_DB_TEST", "url_env: [geheim", "不是正确的 YAML"),
        ("url_env: SHARING_DB_TEST", "url_environment: A", "没有这个键"),
        ("SELECT 编号", "DELETE FROM a WHERE 编号", "query：只能是一条 SELECT"),
        (":since", "'2026'", "query 里要写 :since"),
        ('  high_water: 更新于\n  start: "2026-01-01"\n', "", "要和 high_water、start 一起用"),
        ("  high_water: 更新于\n", "", "high_water 和 start 要一起写"),
        ("batch_rows: 2", "batch_rows: 0", "database.batch_rows"),
        ("mode: incremental", "mode: full", "要同时写 mode: incremental"),
        ("mode: incremental", "mode: incremental\neffective_on: 2026-01-01", "不写 effective_on"),
    ],
)
def test_a_wrong_declaration_says_what_and_tells_no_secret(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in ENTRIES
    catalog = catalog_with(tmp_path, ENTRIES.replace(old, new, 1), "province")
    with pytest.raises(ConfigurationError, match=re.escape(message)) as caught:
        load_source(catalog, "province")
    assert "geheim" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_whole_list_has_no_high_water_mark(tmp_path: Path) -> None:
    yaml = ENTRIES.replace("dataset: catalogue", "dataset: exemption")
    catalog = catalog_with(tmp_path, yaml, "province")
    with pytest.raises(ConfigurationError, match="exemption 每次都要读全"):
        load_source(catalog, "province")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        ("  ", None),
        (" 甲 ", " 甲 "),
        (True, "true"),
        (36110000000000000001, "36110000000000000001"),
        (Decimal("36110000000000000001"), "36110000000000000001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12.50"), "12.50"),
        (Decimal("NaN"), "NaN"),
        (0.1 + 0.2, "0.3"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 9, 30), "2026-11-22 09:30:00"),
        (datetime(2026, 11, 22, 1, 30, tzinfo=UTC), "2026-11-22 01:30:00+00:00"),
        (timedelta(hours=1), "1:00:00"),
        ("甲".encode(), "甲"),
        (memoryview(b"\xff"), "\ufffd"),
        ({"一": [1]}, '{"一":[1]}'),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_become_the_text_of_a_file(value: object, cell: str | None) -> None:
    assert database._text(value) == cell


@pytest.mark.parametrize(
    "values",
    [
        [datetime(2026, 1, 1), datetime(2026, 1, 2)],
        [
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 1, 1, tzinfo=UTC),
        ],
        [date(2026, 1, 1), date(2026, 1, 2)],
        [1, 10**20],
        [Decimal("1.5"), Decimal("2")],
        [0.5, 1.5],
        ["2026-01-01", "2026-01-02"],
    ],
)
def test_a_mark_moves_up_and_knows_its_rows_again(values: list[Any]) -> None:
    low, high = values
    rows = [[str(low), "a"], [str(high), "b"], [str(high), "c"]]
    tracker = MarkTracker("列", Mark())
    tracker.add([low, high, high], rows)
    mark = tracker.mark()
    assert (mark.read(), tracker.nothing_new) == (high, False)
    again = MarkTracker("列", mark)
    again.add([high, high], [rows[2], rows[1]])
    assert (again.mark(), again.nothing_new) == (mark, True)
    changed = MarkTracker("列", mark)
    changed.add([high, high], [rows[1], [str(high), "d"]])
    assert not changed.nothing_new
    back = MarkTracker("列", mark)
    back.add([low, None], [rows[0], ["", ""]])
    assert (back.mark(), back.nothing_new) == (mark, False)


@pytest.mark.parametrize("values", [[1, "a"], [True], [[1]]])
def test_values_without_an_order_are_no_mark(values: list[Any]) -> None:
    with pytest.raises(UnreadableDatabase, match="不能排出先后"):
        MarkTracker("列", Mark()).add(values, [["x"]] * len(values))


def test_rows_are_fetched_batch_by_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [entry_row(f"{n:03d}", f"2026-11-{n % 20 + 1:02d}") for n in range(25)]
    monkeypatch.setenv(VARIABLE, write_sqlite(tmp_path / "a.db", rows))
    query = "SELECT 编号, 更新于 AS t, NULL AS n FROM 目录 WHERE 更新于 >= :since ORDER BY 1"
    asked = source_of(query, high_water="t", start="2026-11-11", batch_rows=4)
    out = tmp_path / "out.parquet"
    fetched = fetch(asked, Mark(), out, 60)
    file = pq.ParquetFile(out)
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)]
    assert sizes == [4, 4, 2]
    assert file.read().column("n").to_pylist() == [None] * 10
    assert (fetched.mark.read(), fetched.nothing_new) == ("2026-11-20", False)
    assert fetch(asked, fetched.mark, out, 60).nothing_new


def test_what_goes_wrong_is_said_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = write_sqlite(tmp_path / "geheim.db", [entry_row("1", "2026-11-01")])
    for written, query, why in (
        ("", "SELECT 1", f"环境变量 {VARIABLE} 没有设置"),
        ("geheim", "SELECT 1", "不是 SQLAlchemy 地址"),
        ("postgresql://u:geheim@h:port/d", "SELECT 1", "不是 SQLAlchemy 地址"),
        ("geheim://u:geheim@h/d", "SELECT 1", "没有安装这种数据库的驱动。"),
        ("mysql+pymysql://u:geheim@h/d", "SELECT 1", "没有安装这种数据库的驱动（pymysql）。"),
        (f"sqlite:///{tmp_path}/geheim-not-there.db", "SELECT 1", "连不上数据库"),
        (url, "SELECT 列 FROM 目录", "查询没有成功（OperationalError）：no such column: 列"),
        (f"{url}?timeout=7", "SELECT geheim7", "查询没有成功（OperationalError）。"),
        (url, "SELECT 1 AS a, 2 AS a", "有两列都叫“a”"),
    ):
        monkeypatch.setenv(VARIABLE, written)
        with pytest.raises(UnreadableDatabase, match=re.escape(why)) as caught:
            fetch(source_of(query), Mark(), tmp_path / "out", 60)
        assert "geheim" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not (tmp_path / "geheim-not-there.db").exists()


def test_the_result_must_have_its_high_water_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, write_sqlite(tmp_path / "a.db", []))
    asked = source_of("SELECT 编号 FROM 目录 WHERE 名 > :since", high_water="名", start="")
    with pytest.raises(UnreadableDatabase, match="没有 high_water 写的列“名”，只有编号"):
        fetch(asked, Mark(), tmp_path / "out", 60)


def test_reading_ends_at_its_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, write_sqlite(tmp_path / "a.db", [entry_row("1", "2026")]))
    with pytest.raises(UnreadableDatabase, match="超过了 -1 秒的上限"):
        fetch(source_of("SELECT 1"), Mark(), tmp_path / "out", -1)


def test_sqlite_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that slips through the look at its text."""
    monkeypatch.setattr("sharing_pipeline.catalog.source_keys.why_not_read_only", lambda _: None)
    path = tmp_path / "a.db"
    monkeypatch.setenv(VARIABLE, write_sqlite(path, [entry_row("1", "2026")]))
    with pytest.raises(UnreadableDatabase, match="attempt to write a readonly database"):
        fetch(source_of("DELETE FROM 目录 RETURNING 编号"), Mark(), tmp_path / "out", 60)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM 目录").fetchone() == (1,)


@pytest.fixture
def province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the province's database is: three entries, two of them of the same second."""
    path = tmp_path / "province.db"
    rows = [
        entry_row(code, f"2026-11-{day} 08:00:00")
        for code, day in (("1", 19), ("2", 20), ("3", 20))
    ]
    monkeypatch.setenv(VARIABLE, write_sqlite(path, rows))
    return path


def pulls(home: Home) -> list[tuple[int, ...]]:
    """rows_read, accepted, duplicate, quarantined of every submission of the database."""
    names = ("rows_read", "accepted", "duplicate", "quarantined")
    return [
        tuple(int(row[name]) for name in names)
        for row in home.table("submission", None)
        if row["file_name"] == PULLED
    ]


def test_a_growing_table_over_the_nights(tmp_path: Path, province: Path) -> None:
    home = Home(tmp_path, sources={"province": ENTRIES})
    assert home.night(D).intake.troubled == []
    assert home.received(PULLED)["effective_on"] == D
    assert home.in_force(D) == dict.fromkeys("123", "A")
    assert home.night(NEXT).intake.submissions == []
    assert pulls(home) == [(3, 3, 0, 0)]
    write_sqlite(
        province,
        [
            entry_row("4", "2026-11-20 08:00:00"),
            entry_row("1", "2026-11-21 08:00:00", cycle="每年"),
        ],
    )
    home.night("2026-11-24")
    assert pulls(home) == [(3, 3, 0, 0), (4, 4, 0, 0)]
    cycles = home.in_force("2026-11-24", value="update_cycle")
    assert cycles == {"1": "每年", "2": "每月", "3": "每月", "4": "每月"}
    assert home.in_force(D, value="update_cycle") == dict.fromkeys("123", "每月")


def test_a_whole_table_is_taken_when_it_changed_even_back(tmp_path: Path, province: Path) -> None:
    home = Home(tmp_path, sources={"province": WHOLE})
    home.night("2026-11-20")
    home.night("2026-11-21")
    assert pulls(home) == [(3, 3, 0, 0)]
    for day, cycle in ((D, "每年"), (NEXT, "每月")):
        write_sqlite(province, [entry_row("1", "", cycle=cycle)])
        home.night(day)
        [row] = [row for row in home.table("catalogue", day) if row["catalogue_code"] == "1"]
        assert row["update_cycle"] == cycle
    assert len(pulls(home)) == 3


def test_what_can_not_be_read_is_rejected_and_the_run_goes_on(
    tmp_path: Path, province: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last good data stays, the mark doesn't move, and the next good night makes it good."""
    broken = ENTRIES.replace("name: 名", "nome: 名")
    home = Home(tmp_path, sources={"province": ENTRIES, "broken": broken})
    [unread] = home.night(D).intake.troubled
    assert (unread.source, unread.status) == ("broken", "rejected")
    assert "columns 里的 nome 不能用" in unread.why
    (home.settings.catalog / "sources" / "broken.yaml").unlink()
    monkeypatch.setenv(VARIABLE, "postgresql://someone:geheim@127.0.0.1:1/none")
    report = home.night(NEXT)
    [failed] = report.intake.troubled
    assert (failed.source, failed.status) == ("province", "rejected")
    assert "连不上数据库" in failed.why
    assert home.in_force(NEXT) == dict.fromkeys("123", "A")
    assert [one.source for one in rejected_files(home.ledger)] == ["broken", "province"]
    monkeypatch.setenv(VARIABLE, f"sqlite:///{province}")
    assert home.night("2026-11-24").intake.submissions == []
    assert [one.source for one in rejected_files(home.ledger)] == ["broken"]


def test_rows_of_a_rejected_pull_come_again(tmp_path: Path, province: Path) -> None:
    """A query that forgot a required column must not lose what was new that night."""
    home = Home(tmp_path, sources={"province": ENTRIES.replace("编号, 名,", "编号,")})
    home.put("catalogue/目录.csv", [entry("B-1", "B")])
    [refused] = home.night(D).intake.troubled
    assert "缺少必填列" in refused.why or "来源声明取自“名”" in refused.why
    path = home.settings.catalog / "sources" / "province.yaml"
    path.write_text(ENTRIES, encoding="utf-8")
    home.night(NEXT)
    assert pulls(home) == [(0, 0, 0, 0), (3, 3, 0, 0)]
    path.write_text(ENTRIES.replace("2026-01-01", "2026-11-20"), encoding="utf-8")
    home.night("2026-11-24")
    assert pulls(home)[2:] == [(2, 2, 0, 0)]


def test_a_night_killed_after_the_pull_reads_what_was_pulled(
    tmp_path: Path, province: Path
) -> None:
    class Killed(Exception):
        pass

    def die(about: str, *_: int) -> None:
        if about.startswith("读取 "):
            raise Killed

    home = Home(tmp_path, sources={"province": ENTRIES})
    with pytest.raises(Killed):
        home.night(D, progress=die)
    write_sqlite(province, [entry_row("5", "2026-11-21 08:00:00")])
    home.night(D)
    home.night(NEXT)
    assert pulls(home) == [(3, 3, 0, 0), (3, 3, 0, 0)]
    assert home.in_force(NEXT) == dict.fromkeys("1235", "A")
    assert not list(home.settings.home.glob(".pull-*"))


def test_checking_files_of_a_database_asks_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    home = Home(tmp_path, sources={"province": ENTRIES})
    file = tmp_path / "导出.csv"
    file.write_text("编号,名,部门,周期\n1,名录,A,每月\n", encoding="utf-8")
    said = sharing(home, "check", str(file), "--source", "province")
    assert said.exit_code == 0, said.output
    assert "省平台的数据由夜间任务从数据库读取，这里没有连数据库" in said.output
