"""Where an installation's folders are, and how large received files may be.

Nothing is read when this module is imported, only when it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sharing_pipeline.errors import ConfigurationError

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Asia/Shanghai, which has had no daylight saving since 1991."""

Clock = Callable[[], datetime]
"""Gives the present moment with its zone. No rule reads the system's time by itself."""

Progress = Callable[[str, int, int], None]
"""Is called with each step: what it is about, how many are done, how many there are."""

_MIB = 1 << 20

PROJECT = Path(__file__).resolve().parent.parent


def silent(_step: str, _done: int, _of: int) -> None:
    """The Progress that nobody sees."""


def system_clock() -> datetime:
    """The present moment in Asia/Shanghai, to the second."""
    return datetime.now(SHANGHAI).replace(microsecond=0)


@dataclass(frozen=True)
class Limits:
    """How large a received file may be, and how long reading it may take, before it is rejected.

    catalog/limits.yaml changes these limits. A cell takes up to 300 bytes while it is read, so that
    `cells` fit into `memory_bytes`: a workbook of 50,000 rows and 20 columns takes 0.65 GiB, a csv
    of 100 MB takes 1.9. Logs aren't read as cells and may take longer; five million rows take
    1.2 GiB.
    """

    file_bytes: int = 512 * _MIB
    unpacked_bytes: int = 1024 * _MIB
    workbook_bytes: int = 2048 * _MIB
    memory_bytes: int = 4096 * _MIB
    seconds: int = 300
    log_seconds: int = 3600
    query_seconds: int = 1800
    cells: int = 12_000_000
    columns: int = 2_000
    sheets: int = 200


def read_limits(catalog: Path) -> Limits:
    """The limits that catalog/limits.yaml sets, where sizes are in MiB, and defaults for the rest.

    ConfigurationError for an unknown name and for anything but a positive whole number.
    """
    path = catalog / "limits.yaml"
    if not path.is_file():
        return Limits()
    # Imported only here, so that `sharing --help` doesn't wait for pydantic.
    from sharing_pipeline.strict_yaml import load_yaml, shown
    from sharing_pipeline.yaml_faults import line_of

    written = load_yaml(path)
    known = {limit.name.replace("_bytes", "_mib"): limit.name for limit in fields(Limits)}
    for name, value in written.items():
        line = f"{path} 第 {line_of(path.read_bytes(), [name])} 行"
        if name not in known:
            raise ConfigurationError(f"{line}：没有 {name} 这个键，只能写 {'、'.join(known)}。")
        if type(value) is not int or value <= 0:
            raise ConfigurationError(
                f"{line}：{name} 要写大于 0 的整数，现在是 {shown(value)}。请改正。"
            )
    sizes = {
        known[name]: value * (_MIB if name.endswith("_mib") else 1)
        for name, value in written.items()
    }
    return replace(Limits(), **sizes)


@dataclass(frozen=True)
class Settings:
    """The folders of one installation; every path that the project touches starts here."""

    home: Path
    catalog: Path = PROJECT / "catalog"
    expectations: Path = PROJECT / "expectations"
    warehouse: Path = PROJECT / "warehouse"
    limits: Limits = field(default_factory=Limits)
    ledger_url: str = field(default="", repr=False)
    """The URL of a ledger in PostgreSQL, password and all; empty: it is the home's own file."""

    @classmethod
    def read(cls, home: str | Path | None = None, catalog: str | Path | None = None) -> Settings:
        """Settings from the command line, else from SHARING_HOME and SHARING_CATALOG; the
        ledger's URL from SHARING_LEDGER_URL only, as it holds a password."""
        chosen_home = home or os.environ.get("SHARING_HOME") or PROJECT / "var"
        chosen_catalog = catalog or os.environ.get("SHARING_CATALOG") or PROJECT / "catalog"
        folder = Path(chosen_catalog).resolve()
        return cls(
            home=Path(chosen_home).resolve(),
            catalog=folder,
            limits=read_limits(folder),
            ledger_url=os.environ.get("SHARING_LEDGER_URL", "").strip(),
        )

    @property
    def inbox(self) -> Path:
        """Where departments and platforms drop their files, one folder per source."""
        return self.home / "inbox"

    @property
    def lake(self) -> Path:
        """Immutable Parquet files and the bytes that were received."""
        return self.home / "lake"

    @property
    def ledger_file(self) -> Path:
        """The ledger's SQLite file, unless it is in PostgreSQL."""
        return self.home / "ledger.db"

    @property
    def mart(self) -> Path:
        """One DuckDB file for BI tools, replaced as a whole."""
        return self.home / "mart.duckdb"

    @property
    def site(self) -> Path:
        """The pages."""
        return self.home / "site"

    @property
    def reply(self) -> Path:
        """The workbooks that go back to their senders."""
        return self.home / "reply"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own runs, events and schedules."""
        return self.home / "dagster"
