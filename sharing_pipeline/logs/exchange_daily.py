"""exchange_daily: what the exchange logs say, one row per day, resource, direction and consumer.

Reads a log as take_log left it and writes one Parquet file. The figures themselves are in
warehouse/logs/exchange_daily.sql; which rows are in force is decided in dropped_rows.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sharing_pipeline.settings import PROJECT, Settings
from sharing_pipeline.store.engine import MEMORY, Engine


@dataclass(frozen=True)
class LogFile:
    """A normalised log and the files that say which of its rows are not in force."""

    path: Path
    dropped: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Resources:
    """What one step may use: threads, the engine's memory, and the folder of the SQL texts."""

    threads: int = 2
    memory: str = MEMORY
    warehouse: Path = PROJECT / "warehouse"


@dataclass(frozen=True)
class DailyResult:
    """Rows written, and the first and last record day; both None when no row has a time."""

    rows: int
    first_day: date | None
    last_day: date | None


def write_exchange_daily(
    log: LogFile, out: Path, *, resources: Resources | None = None
) -> DailyResult:
    """Writes exchange_daily of a log to `out`; the same rows give the same bytes."""
    with workspace(out.parent, resources or Resources()) as (engine, _):
        view_rows_in_force(engine, "log_rows", log)
        return write_daily(engine, out)


def first_record_day(log: Path, positions: Path) -> date | None:
    """The first record day of a log's rows at these positions, None when none has a time."""
    with workspace(positions.parent, Resources()) as (engine, _):
        view_rows_in_force(engine, "log_rows", LogFile(log))
        engine.view_files("gone", [positions], _POSITION)
        ((day,),) = engine.query("logs/first_record_day")
    return day


def write_daily(engine: Engine, out: Path) -> DailyResult:
    """Writes exchange_daily of the engine's `log_rows`, and makes a view of it."""
    engine.write("logs/exchange_daily", out)
    engine.view_parquet("exchange_daily", [out])
    (bounds,) = engine.query("logs/daily_bounds")
    return DailyResult(*bounds)


def view_rows_in_force(engine: Engine, view: str, log: LogFile) -> None:
    """Makes a view of a log's rows that were not dropped, with their position and log_day."""
    engine.view_parquet(f"{view}_file", [log.path], numbered=True)
    if not log.dropped:
        engine.view(view, "logs/numbered", {"log": f"{view}_file"})
        return
    engine.view(f"{view}_numbered", "logs/numbered", {"log": f"{view}_file"})
    engine.view_files(f"{view}_gone", log.dropped, _POSITION)
    fill = {"numbered": f"{view}_numbered", "gone": f"{view}_gone"}
    engine.view(view, "logs/rows_in_force", fill)


_POSITION = {"position": "BIGINT"}


@contextmanager
def workspace(beside: Path, resources: Resources) -> Iterator[tuple[Engine, Path]]:
    """An engine within its limits and a folder for what is only needed meanwhile."""
    with tempfile.TemporaryDirectory(prefix=".work-", dir=beside) as name:
        folder = Path(name)
        # What doesn't fit into memory goes into this folder, too.
        settings = Settings(home=folder, warehouse=resources.warehouse)
        with Engine(settings, memory=resources.memory, threads=resources.threads) as engine:
            yield engine, folder
