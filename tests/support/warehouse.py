"""The SQL texts under warehouse/ as tests look at them: their headers, and the tables they use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sharing_pipeline.settings import PROJECT

WAREHOUSE = PROJECT / "warehouse"

_TABLE = re.compile(r"(?<!DISTINCT )\b(?:FROM|JOIN|UNPIVOT)\s+(\{?[a-z_]+\}?)")
_COMMON_TABLE = re.compile(r"(?:\bWITH|,)\s+([a-z_]+)\s+AS\s+(?:MATERIALIZED\s+)?\(")
_STRING = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class WarehouseText:
    """One text. `name` is how the engine is asked for it; `reads` are the tables that its header
    names, `used` those that its SQL has behind FROM and JOIN; `{name}` is one to be filled in."""

    name: str
    header: list[str]
    reads: list[str]
    used: list[str]
    sql: str

    @property
    def package(self) -> str:
        """The package that runs it."""
        return self.name.split("/")[0]


def warehouse_texts() -> list[WarehouseText]:
    """All texts, by name."""
    return [_read(path) for path in sorted(WAREHOUSE.rglob("*.sql"))]


def _read(path: Path) -> WarehouseText:
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.strip().startswith("--"))
    named = [line.removeprefix("reads:") for line in header if line.startswith("reads:")]
    reads = [name.strip() for line in named for name in line.split(",") if name.strip()]
    return WarehouseText(
        path.relative_to(WAREHOUSE).with_suffix("").as_posix(),
        header,
        [] if reads == ["nothing"] else reads,
        _used(sql),
        sql,
    )


def _used(sql: str) -> list[str]:
    plain = _STRING.sub("''", sql)
    common = set(_COMMON_TABLE.findall(plain))
    return sorted({name for name in _TABLE.findall(plain) if name not in common})
