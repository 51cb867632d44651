"""Prepares the folder that a measured night and its floor start from.

new/      what arrives on the day: the catalogue, the demand list, the day's log
home/     a home folder that has taken in all days before; each night runs on a copy
lasting/  what the floor knows from before: lists, evidence by resource, the frames for GX

The catalogue and the demand list also arrived the day before, with every date a day earlier, so
that no file of the measured night is known already.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks.floor_rules import evidence_of
from benchmarks.same import published_table
from sharing_pipeline.sample import make_city

NIGHT = (sys.executable, "-c", "from sharing_pipeline.cli import main; main()", "nightly")
"""The console script of the checkout that is measured."""

DONE = (0, 3)
"""The exit status of a night that has published; it is 3 if some planted faults were sent back."""

_RESENT = ("catalogue", "demand")

_NIGHTS_BEFORE = 8
"""So many days before the measured one have a night each, as in practice. What a night keeps for
later ones must reach back behind the rows that come up to five days late."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """The size of the city; `day` is the measured one, the last of `days`."""

    entries: int
    days: int
    log_rows: int
    history_rows: int
    demands: int
    day: str
    seed: int


def prepare(folder: Path, size: Size, report: Report) -> None:
    """Makes the folder, unless it was made before for the same size."""
    stamp = folder / "size.json"
    if stamp.exists() and json.loads(stamp.read_text()) == asdict(size):
        report(f"沿用 {folder}")
        return
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} 里有别的东西或别的规模，请换一个文件夹，或先把它删掉。")
    folder.mkdir(parents=True, exist_ok=True)
    day = date.fromisoformat(size.day)
    report(f"造城市：{size.entries:,} 条目录，{size.days} 天日志")
    _make(folder / "city", size, day, size.log_rows, size.history_rows)
    _make(folder / "before", size, day - timedelta(days=1), 1, 1)
    _share_out(folder, day)
    report(f"收下 {size.days - 1} 天历史（不计时）")
    _live_until(folder, day)
    report("准备手写下限要用的东西（不计时）")
    _keep_lasting(folder, day)
    stamp.write_text(json.dumps(asdict(size)))


def fresh_home(folder: Path, name: str = "run") -> Path:
    """A copy of the home folder as it was before the night, with the night's files in its inbox."""
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder / "home", home)
    # Received files are never written to, so a link does as well as a copy.
    shutil.copytree(
        folder / "new", home / "inbox", dirs_exist_ok=True, copy_function=_replace_by_link
    )
    return home


def _live_until(folder: Path, day: date) -> None:
    """Takes in everything before the day: most of it at once, the last days night by night."""
    inbox = folder / "home" / "inbox" / "exchange_log"
    inbox.mkdir()
    for ago in range(_NIGHTS_BEFORE, 0, -1):
        night = (day - timedelta(days=ago)).isoformat()
        for log in sorted((folder / "city" / "exchange_log").iterdir()):
            if _day_of(log) <= night:
                log.rename(inbox / log.name)
        _run([*NIGHT, "--home", str(folder / "home"), "--date", night], DONE)


def _day_of(log: Path) -> str:
    """The day in the name of a sample log."""
    return log.name.partition(".")[0][-len("2026-11-22") :]


def _run(command: list[str], accepted: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)} 失败：\n{done.stderr[-4000:]}")


def _replace_by_link(source: str, target: str) -> None:
    Path(target).unlink(missing_ok=True)
    os.link(source, target)


def _make(inbox: Path, size: Size, day: date, log_rows: int, history_rows: int) -> None:
    make_city(
        inbox,
        entries=size.entries,
        days=size.days,
        log_rows_per_day=log_rows,
        history_log_rows_per_day=history_rows,
        demands=size.demands,
        date=day,
        seed=size.seed,
        past_catalogues=False,
    )


def _share_out(folder: Path, day: date) -> None:
    """Puts the sample's files where they belong: new on the day, or received before it."""
    new, inbox = folder / "new", folder / "home" / "inbox"
    city, before = folder / "city", folder / "before"
    (new / "exchange_log").mkdir(parents=True)
    inbox.mkdir(parents=True)
    for log in sorted((city / "exchange_log").iterdir()):
        if _day_of(log) == day.isoformat():
            log.rename(new / "exchange_log" / log.name)
    for name in _RESENT:
        (city / name).rename(new / name)
        (before / name).rename(inbox / name)
    for name in ("organisation", "exemption"):
        (city / name).rename(inbox / name)
    shutil.rmtree(before)


def _keep_lasting(folder: Path, day: date) -> None:
    lasting, inbox = folder / "lasting", folder / "home" / "inbox"
    lasting.mkdir()
    for name in ("organisations", "exemptions"):
        shutil.copy(inbox / name.removesuffix("s") / f"{name}.csv", lasting)
    logs = sorted((inbox / "exchange_log").iterdir())
    duckdb.execute(
        f"COPY ({evidence_of(logs, day)}) TO '{lasting / 'evidence.parquet'}' (FORMAT parquet)"
    )
    board = published_table(folder / "home", "scoreboard", day - timedelta(days=1))
    pq.write_table(board, lasting / "scoreboard.parquet")
    home = fresh_home(folder, "frames")
    command = [sys.executable, "-m", "benchmarks.frames", str(home), day.isoformat()]
    _run([*command, str(lasting / "frames")])
    shutil.rmtree(home)
