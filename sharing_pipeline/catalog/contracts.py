"""The tables: each column declared once, in catalog/contracts/, and read here.

Reader mapping, Parquet schema, exports, templates and docs derive from these declarations.
Knows nothing of values; what a cell may hold is in catalog/codes.py and intake/.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import StrictModel, load_yaml, validate

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

    def __hash__(self) -> int:
        """By its name: what is kept per contract is looked up for every line of a sheet."""
        return hash(self.table)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Column names in their published order."""
        return [column.name for column in self.columns]


_Text = Annotated[str, Field(min_length=1)]


def _known_type(value: str) -> str:
    if value not in SQL_TYPES:
        raise ValueError(f"只能是 {'、'.join(SQL_TYPES)}")
    return value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class _ColumnKeys(StrictModel):
    """A column as its file has it."""

    name: _Text
    title: _Text
    type: Annotated[str, AfterValidator(_known_type)]
    required: bool = False
    codes: _Text | None = None
    aliases: list[_Text] = Field(default=[])
    note: str = ""
    example: str = ""


class _NamedResourceKeys(StrictModel):
    """A NamedResource as its file has it."""

    header: _Text
    constants: dict[str, str]


class _FormKeys(StrictModel):
    """A Form as its file has it."""

    title: _Text
    headers: Annotated[list[_Text], Field(min_length=1)]
    columns: dict[str, _Text] = Field(default={})
    resource: _NamedResourceKeys | None = None
    note: str = ""
    refused: str = ""


class _ContractKeys(StrictModel):
    """A contract's file."""

    table: _Text
    title: _Text
    sheet: str = ""
    key: Annotated[list[_Text], BeforeValidator(_as_list), Field(min_length=1)]
    columns: Annotated[list[_ColumnKeys], Field(min_length=1)]
    forms: list[_FormKeys] = Field(default=[])


def _column(keys: _ColumnKeys) -> Column:
    return Column(**{**keys.model_dump(), "aliases": tuple(keys.aliases)})


def _form(keys: _FormKeys) -> Form:
    named = keys.resource
    resource = NamedResource(named.header, tuple(named.constants.items())) if named else None
    columns = tuple(keys.columns.items())
    return Form(keys.title, tuple(keys.headers), columns, resource, keys.note, keys.refused)


@cache
def load_contracts(catalog: Path) -> dict[str, Contract]:
    """Every contract under catalog/contracts by table name; a broken one is a clear error."""
    contracts = {}
    for path in sorted((catalog / "contracts").glob("*.yaml")):
        keys = validate(_ContractKeys, load_yaml(path), path=path)
        contracts[keys.table] = Contract(
            table=keys.table,
            title=keys.title,
            sheet=keys.sheet,
            key=tuple(keys.key),
            columns=tuple(_column(column) for column in keys.columns),
            forms=tuple(_form(form) for form in keys.forms),
        )
    missing = [name for name in TABLES if name not in contracts]
    if missing:
        raise ConfigurationError(
            f"{catalog / 'contracts'} 里没有 {'、'.join(missing)} 的合同。"
            "请检查 --catalog，或重新取得本程序的 catalog/。"
        )
    return contracts
