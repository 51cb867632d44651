"""The SQL texts under warehouse/: where they are found, and how their placeholders are filled in.

A text may leave open the name of a table or a list of columns: `{name}`. Values never enter it
this way; they are bound as `$name` by whoever runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from sharing_pipeline.errors import ConfigurationError

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
"""What is to be filled in. DuckDB's own braces always hold quotes or digits."""


def warehouse_sql(warehouse: Path, text: str, fill: Mapping[str, str]) -> str:
    """The SQL of warehouse/<text>.sql with exactly its placeholders filled in.

    Raises ConfigurationError without such a file, KeyError for a placeholder that is left open
    or not there.
    """
    sql = _sql_text(warehouse, text)
    if set(PLACEHOLDER.findall(sql)) != set(fill):
        raise KeyError(f"warehouse/{text}.sql doesn't have just the placeholders {sorted(fill)}")
    return PLACEHOLDER.sub(lambda found: fill[found[1]], sql)


def identifier(name: str) -> str:
    """A name as an SQL identifier, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """Names as a list of SQL identifiers."""
    return ", ".join(identifier(name) for name in names)


def literal(text: str | Path) -> str:
    """A text or path as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


@cache
def _sql_text(warehouse: Path, text: str) -> str:
    path = warehouse / f"{text}.sql"
    if not path.is_file():
        raise ConfigurationError(
            f"缺少 SQL 文件 {path}；warehouse/ 文件夹不完整，请重新取得本程序。"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).strip()
