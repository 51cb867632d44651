"""The floor: the fewest steps that read a night's files and write its assessment and scoreboard.

`python -m benchmarks.floor FOLDER DATE` runs it in a folder that benchmarks.city has prepared. Each
step's name is printed on standard error when it begins, so that steps can be timed as in a night.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.floor_files import Lists, read_catalogue, read_demands
from benchmarks.floor_rules import add_evidence, judge
from benchmarks.floor_suites import run_suites

PROJECT = Path(__file__).resolve().parent.parent


def run_floor(folder: Path, day: date) -> None:
    """Reads folder/new and writes assessment.parquet and scoreboard.parquet into folder/floor."""
    new, lasting, out = folder / "new", folder / "lasting", folder / "floor"
    out.mkdir(exist_ok=True)
    lists = Lists(
        lasting / "organisations.csv", PROJECT / "catalog" / "codes" / "update_cycle.yaml", day
    )
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    _say("读取文件")
    entries, resources = read_catalogue(new / "catalogue", lists)
    demands = read_demands(new / "demand", lists)
    for name, rows in (("catalogue", entries), ("resource", resources), ("demand", demands)):
        connection.register(name, rows)
    _say("读取日志")
    (log,) = (new / "exchange_log").iterdir()
    add_evidence(connection, log, lasting / "evidence.parquet", day)
    _say("评定汇总")
    judge(connection, lists, lasting / "exemptions.csv", lasting / "scoreboard.parquet", day)
    for table, key in (("assessment", "definition, subject_id"),
                       ("scoreboard", "definition, scope_type, scope_code")):  # fmt: skip
        path = out / f"{table}.parquet"
        connection.execute(f"COPY (FROM {table} ORDER BY {key}) TO '{path}' (FORMAT parquet)")
    connection.close()
    _say("GX")
    run_suites(lasting / "frames", PROJECT / "expectations")


def _say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


if __name__ == "__main__":
    run_floor(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
