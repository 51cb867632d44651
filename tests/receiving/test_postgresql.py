"""A real PostgreSQL as a source: streamed, only read, over nights, and its password never seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sharing_pipeline.catalog.source_keys import Database
from sharing_pipeline.errors import UnreadableDatabase
from sharing_pipeline.receiving.database import fetch
from sharing_pipeline.receiving.high_water import Mark
from sharing_pipeline.receiving.pull import PULLED
from sharing_pipeline.settings import Limits
from tests.support.databases import ENTRIES, VARIABLE, entry_row
from tests.support.night_helpers import D, Home, entry, resource
from tests.support.postgres import PASSWORD, READER, Postgres, free_port, postgres

pytestmark = pytest.mark.system

NEXT = "2026-11-23"
LOG = """\
title: 省平台日志
dataset: exchange_log
columns: {finished_at: "结束{时间"}
database:
  url_env: SHARING_DB_TEST
  query: SELECT * FROM 日志 WHERE "结束{时间" > :since ORDER BY "结束{时间"
  high_water: "结束{时间"
  start: "2026-01-01"
"""
SECRETS = (PASSWORD, PASSWORD.replace("%", "%25"), READER)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def address(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(VARIABLE, server.url())
    return server.url()


def source_of(query: str, **keys: Any) -> Database:
    return Database.model_validate({"url_env": VARIABLE, "query": query, **keys})


def test_every_type_becomes_text(address: str, tmp_path: Path) -> None:
    query = """
        SELECT 36110000000000000001::numeric AS code, 12.50::numeric AS number, 7::bigint AS whole,
            0.1::float8 AS fraction, true AS yes, NULL::text AS nothing, '甲'::text AS words,
            timestamp '2026-11-22 09:30:00' AS moment, date '2026-11-22' AS day,
            timestamptz '2026-11-22 09:30:00+08' AS zoned, '\\xe794b2'::bytea AS bytes,
            '{"a": [1]}'::jsonb AS json, ARRAY['x', 'y'] AS list,
            '00000000-0000-0000-0000-000000000001'::uuid AS uuid, '12\\:30'::time AS clock
    """
    fetch(source_of(query), Mark(), tmp_path / "out", 60)
    [row] = pq.read_table(tmp_path / "out").to_pylist()
    zoned = datetime.fromisoformat(row.pop("zoned"))
    assert zoned == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert row == {
        "code": "36110000000000000001", "number": "12.50", "whole": "7", "fraction": "0.1",
        "yes": "true", "nothing": None, "words": "甲", "moment": "2026-11-22 09:30:00",
        "day": "2026-11-22", "bytes": "甲", "json": '{"a":[1]}', "list": '["x","y"]',
        "uuid": "00000000-0000-0000-0000-000000000001", "clock": "12:30:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "start", "highest"),
    [
        ("timestamp '2026-01-01' + n * interval '1 day'", "2026-01-05", datetime(2026, 1, 11)),
        ("(date '2026-01-01' + n)", "2026-01-05", datetime(2026, 1, 11).date()),
        ("n", "4", 10),
        ("n::numeric / 2", "2", Decimal(5)),
        ("chr(64 + n)", "D", "J"),
    ],
)
def test_start_is_read_as_what_it_is_compared_with(
    address: str, tmp_path: Path, column: str, start: str, highest: object
) -> None:
    query = (
        f"SELECT * FROM (SELECT {column} AS m FROM generate_series(1, 10) n) t WHERE m >= :since"
    )
    asked = source_of(query, high_water="m", start=start)
    first = fetch(asked, Mark(), tmp_path / "out", 60)
    assert pq.read_metadata(tmp_path / "out").num_rows == 7
    assert first.mark.read() == highest
    assert fetch(asked, first.mark, tmp_path / "out", 60).nothing_new


def test_memory_follows_the_batch_and_not_the_result(address: str, tmp_path: Path) -> None:
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sharing_pipeline.receiving.database import fetch\n"
        "from sharing_pipeline.receiving.high_water import Mark\n"
        "from sharing_pipeline.catalog.source_keys import Database\n"
        "rows, out = sys.argv[1:]\n"
        "query = f\"SELECT n, repeat('甲', 50) AS t, md5(n::text) AS h\"\n"
        "query += f' FROM generate_series(1, {rows}) n'\n"
        f"asked = Database(url_env='{VARIABLE}', query=query, batch_rows=5000)\n"
        "fetch(asked, Mark(), Path(out), 600)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = []
    for rows in (10_000, 1_000_000):
        command = [sys.executable, "-c", script, str(rows), str(tmp_path / "out")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout) / 1024)
    assert pq.read_metadata(tmp_path / "out").num_rows == 1_000_000
    assert pq.read_metadata(tmp_path / "out").row_group(0).num_rows == 5_000
    assert peaks[1] - peaks[0] < 40, f"MiB at the peak: {peaks}"


def test_a_role_that_may_write_can_not_in_the_query(
    server: Postgres, address: str, tmp_path: Path
) -> None:
    server.run(
        "CREATE TABLE 痕迹 (n int)",
        "CREATE FUNCTION leave_a_trace() RETURNS int LANGUAGE sql AS"
        " 'INSERT INTO 痕迹 VALUES (1) RETURNING n'",
    )
    assert server.run("SELECT leave_a_trace()") == [(1,)]
    with pytest.raises(
        UnreadableDatabase, match="cannot execute INSERT in a read-only transaction"
    ):
        fetch(source_of("SELECT leave_a_trace()"), Mark(), tmp_path / "out", 60)
    assert server.run("SELECT count(*) FROM 痕迹") == [(1,)]


def test_what_goes_wrong_is_said_without_secrets(
    server: Postgres, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.run("CREATE OR REPLACE VIEW own AS SELECT 1")
    for url, query, why in (
        (address, "SELECT pg_sleep(9)", "超过了 1 秒的上限"),
        (
            address,
            "SELECT 列 FROM pg_class",
            r'查询没有成功（UndefinedColumn）：column "列" does not',
        ),
        (address, "SELECT * FROM pg_authid", "查询没有成功（InsufficientPrivilege）：permission"),
        (address, f"SELECT '{PASSWORD}'::int", r"查询没有成功（InvalidTextRepresentation）。"),
        (server.url(password="geheim-wrong"), "SELECT 1", "登录被拒绝（OperationalError）"),
        (server.url(port=free_port()), "SELECT 1", "连不上数据库"),
        (f"{address}_not_there", "SELECT 1", "连不上数据库"),
    ):
        monkeypatch.setenv(VARIABLE, url)
        with pytest.raises(UnreadableDatabase, match=why) as caught:
            fetch(source_of(query), Mark(), tmp_path / "out", 1)
        assert not [one for one in (*SECRETS, "geheim", "127.0.0.1") if one in str(caught.value)]
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def nightly(home: Home, day: str, url: str) -> subprocess.CompletedProcess[str]:
    """The command, as cron runs it: through Dagster, with the secret in its environment."""
    script = "from sharing_pipeline.cli import main; main()"
    folders = ("--home", home.settings.home, "--catalog", home.settings.catalog)
    return subprocess.run(
        [sys.executable, "-c", script, "nightly", "--date", day, *map(str, folders)],
        env={**os.environ, VARIABLE: url},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def nights(
    server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, list[subprocess.CompletedProcess[str]]]:
    """Four nights: all rows, nothing new, an unreachable server, and what is new since."""
    home = Home(tmp_path_factory.mktemp("nights"), sources={"province": ENTRIES})
    insert = "INSERT INTO 目录 VALUES (%s, %s, %s, %s, %s)"
    server.run(
        "CREATE TABLE 目录 (编号 text, 名 text, 部门 text, 周期 text, 更新于 timestamp)",
        insert,
        rows=[entry_row(str(n), f"2026-11-{n} 08:00:00") for n in range(11, 21)],
    )
    days = ("2026-11-21", D, NEXT, "2026-11-24")
    done = [nightly(home, day, server.url()) for day in days[:2]]
    server.run(insert, rows=[entry_row("30", "2026-11-22 08:00:00", "B")])
    done.append(nightly(home, days[2], server.url(port=free_port())))
    done.append(nightly(home, days[3], server.url()))
    return home, done


def test_each_night_reads_what_is_new(
    nights: tuple[Home, list[subprocess.CompletedProcess[str]]],
) -> None:
    home, done = nights
    assert [one.returncode for one in done] == [0, 0, 3, 0], [one.stderr for one in done]
    told = [row for row in home.table("submission", None) if row["file_name"] == PULLED]
    assert [(row["status"], row["rows_read"], row["accepted"]) for row in told] == [
        ("accepted", "10", "10"),
        ("rejected", "0", "0"),
        ("accepted", "2", "2"),
    ]
    assert len(home.in_force(D)) == len(home.in_force(NEXT)) == 10
    assert home.in_force("2026-11-24")["30"] == "B"
    assert "连不上数据库" in done[2].stderr and "省平台" not in done[0].stderr


def test_the_password_stands_nowhere(
    nights: tuple[Home, list[subprocess.CompletedProcess[str]]],
) -> None:
    home, done = nights
    said = "".join(one.stdout + one.stderr for one in done)
    assert not [one for one in SECRETS if one in said]
    files = [path for path in home.settings.home.rglob("*") if path.is_file()]
    assert any(path.is_relative_to(home.settings.dagster_home) for path in files)
    for path in files:
        content = path.read_bytes()
        assert not [one for one in SECRETS if one.encode() in content], path


def test_a_log_is_read_without_passing_through_cells(
    server: Postgres, address: str, tmp_path: Path
) -> None:
    """Else a log of more rows than a table may have would be rejected."""
    home = Home(tmp_path, sources={"province_log": LOG})
    home.settings = replace(home.settings, limits=Limits(cells=50_000))
    home.put("catalogue/目录.csv", [entry("A-1")])
    home.put("catalogue/资源.csv", [resource("R1", "A-1")])
    server.run(
        "CREATE TABLE 日志 AS SELECT 'b' || n AS 批次号, 'R1'::text AS 资源标识,"
        " '归集'::text AS 方向, '库表'::text AS 方式, '成功'::text AS 状态, n::numeric AS 数据量,"
        " timestamp '2026-11-20' + n * interval '1 second' AS \"结束{时间\""
        " FROM generate_series(1, 100000) n"
    )
    [log] = [one for one in home.night(D).intake.submissions if one.dataset == "exchange_log"]
    assert (log.rows_read, log.accepted, log.why) == (100_000, 100_000, "")
    assert home.night(NEXT).intake.submissions == []
