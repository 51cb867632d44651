"""The tables: each column declared once, in catalog/contracts/, and read here.

Reader mapping, Parquet schema, exports, templates and docs derive from these declarations.
Knows nothing of values; what a cell may hold is in codes.py and intake/.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import load_yaml

DATASETS = (
    "organisation", "exemption", "catalogue", "resource", "field", "demand", "exchange_log",
)  # fmt: skip
"""What can be received; the order is the order in which they are taken in."""

TABLES = (
    *DATASETS, "assessment", "scoreboard", "issue", "submission", "quarantine", "definition",
)  # fmt: skip
"""Every table that must have a contract."""

SQL_TYPES = {
    "code": "VARCHAR",
    "text": "VARCHAR",
    "label": "VARCHAR",
    "organisation": "VARCHAR",
    "dates": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}
"""How a contract's column type is stored. Timestamps are Asia/Shanghai wall-clock time;
`dates` holds dates as YYYY-MM-DD, `;`-separated, with an empty place for an unknown one."""


@dataclass(frozen=True)
class Column:
    """One column of a table. `title` is the Chinese header, `codes` names its code table.

    `note` and `example` are for whoever fills a form in; together the examples are one good row.
    """

    name: str
    title: str
    type: str
    required: bool = False
    codes: str | None = None
    aliases: tuple[str, ...] = ()
    note: str = ""
    example: str = ""

    @property
    def sql_type(self) -> str:
        """The column's type in SQL and Parquet."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class NamedResource:
    """The header under which a form's row names the resource mounted under it, and what is true
    of every such resource: (canonical column, value)."""

    header: str
    constants: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """A form that other platforms hand out, told by `headers`, and what its headers are here.

    `columns`: (canonical column, header of the form). `note` tells the sender what was made of
    it. A form with `refused` is no table of ours as long as it lacks the key, and that is why.
    """

    title: str
    headers: tuple[str, ...]
    columns: tuple[tuple[str, str], ...] = ()
    resource: NamedResource | None = None
    note: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Contract:
    """A table's name, Chinese title, key and columns in their published order."""

    table: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sheet: str = ""
    forms: tuple[Form, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Column names in their published order."""
        return [column.name for column in self.columns]


def _column(fields: dict[str, Any]) -> Column:
    return Column(**{**fields, "aliases": tuple(fields.get("aliases", ()))})


def _form(fields: dict[str, Any]) -> Form:
    columns = tuple(fields.get("columns", {}).items())
    resource = _named_resource(**fields["resource"]) if "resource" in fields else None
    return Form(
        **{
            **fields,
            "headers": tuple(fields["headers"]),
            "columns": columns,
            "resource": resource,
        }
    )


def _named_resource(header: str, constants: dict[str, str]) -> NamedResource:
    return NamedResource(header, tuple(constants.items()))


@cache
def load_contracts(catalog: Path) -> dict[str, Contract]:
    """Every contract under catalog/contracts by table name; a broken one is a clear error."""
    contracts = {}
    for path in sorted((catalog / "contracts").glob("*.yaml")):
        try:
            raw = load_yaml(path)
            key = raw["key"]
            contracts[raw["table"]] = Contract(
                table=raw["table"],
                title=raw["title"],
                sheet=raw.get("sheet", ""),
                key=(key,) if isinstance(key, str) else tuple(key),
                columns=tuple(_column(column) for column in raw["columns"]),
                forms=tuple(_form(form) for form in raw.get("forms", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(
                f"合同文件 {path} 缺少或写错了 {error}。请按其他合同的写法改正。"
            ) from error
    missing = [name for name in TABLES if name not in contracts]
    if missing:
        raise ConfigurationError(
            f"{catalog / 'contracts'} 里没有 {'、'.join(missing)} 的合同。"
            "请检查 --catalog，或重新取得本程序的 catalog/。"
        )
    return contracts
