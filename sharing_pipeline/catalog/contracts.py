"""The tables: each column declared once, in catalog/contracts/, and read here.

Reader mapping, Parquet schema, exports, templates and docs derive from these declarations.
Knows nothing of values; what a cell may hold is in codes.py and values/. What is special about a
dataset that is received is in dataset_traits.py, which datasets there are in datasets.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from sharing_pipeline.catalog.dataset_traits import DatasetTraits, Owner, ReceivedKeys
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import StrictModel, load_yaml, validate

RECEIVED = (
    "organisation", "exemption", "catalogue", "resource", "field", "demand", "exchange_log",
)  # fmt: skip
"""Datasets that the rules of the indicators read. There may be more; these must be declared."""

COMPUTED = ("assessment", "scoreboard", "issue", "submission", "quarantine", "definition")
"""Tables that the program itself makes; they must have a contract, too."""

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
    """A table's name, Chinese title, key and columns in their published order.

    `received`: what is special about a dataset that is received; None for a table that the
    program itself makes.
    """

    table: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sheet: str = ""
    forms: tuple[Form, ...] = ()
    received: DatasetTraits | None = None

    def __hash__(self) -> int:
        """By its name: what is kept per contract is looked up for every line of a sheet."""
        return hash(self.table)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Column names in their published order."""
        return [column.name for column in self.columns]

    @property
    def traits(self) -> DatasetTraits:
        """What is special about the dataset; only of one that is received."""
        assert self.received is not None, f"{self.table} is no dataset that is received"
        return self.received

    @property
    def owner(self) -> Owner | None:
        """The columns that name the organisation of a row; None where none does."""
        return self.received.owner if self.received else None


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
    received: ReceivedKeys | None = None
    columns: Annotated[list[_ColumnKeys], Field(min_length=1)]
    forms: list[_FormKeys] = Field(default=[])


def _column(keys: _ColumnKeys) -> Column:
    return Column(**{**keys.model_dump(), "aliases": tuple(keys.aliases)})


def _form(keys: _FormKeys) -> Form:
    named = keys.resource
    resource = NamedResource(named.header, tuple(named.constants.items())) if named else None
    columns = tuple(keys.columns.items())
    return Form(keys.title, tuple(keys.headers), columns, resource, keys.note, keys.refused)


def _contract(keys: _ContractKeys) -> Contract:
    return Contract(
        table=keys.table,
        title=keys.title,
        sheet=keys.sheet,
        key=tuple(keys.key),
        columns=tuple(_column(column) for column in keys.columns),
        forms=tuple(_form(form) for form in keys.forms),
        received=keys.received.traits(keys.table) if keys.received else None,
    )


@cache
def load_contracts(catalog: Path) -> dict[str, Contract]:
    """Every contract under catalog/contracts by table name; a broken one is a clear error."""
    contracts = {}
    for path in sorted((catalog / "contracts").glob("*.yaml")):
        contract = _contract(validate(_ContractKeys, load_yaml(path), path=path))
        if faults := list(_faults(contract, path.stem)):
            raise ConfigurationError(f"{path} 有误：{'；'.join(faults)}。请改正。")
        contracts[contract.table] = contract
    missing = [name for name in (*RECEIVED, *COMPUTED) if name not in contracts]
    if missing:
        raise ConfigurationError(
            f"{catalog / 'contracts'} 里没有 {'、'.join(missing)} 的合同。"
            "请检查 --catalog，或重新取得本程序的 catalog/。"
        )
    if faults := list(_faults_together(contracts)):
        raise ConfigurationError(f"{catalog / 'contracts'} 有误：{'；'.join(faults)}。请改正。")
    return contracts


def _faults(contract: Contract, file_stem: str) -> Iterator[str]:
    """What is wrong with a contract by itself."""
    if contract.table != file_stem:
        yield f"table 是 {contract.table}，要和文件名 {file_stem} 一样"
    names = contract.names
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield f"columns 里 {'、'.join(twice)} 写了两次"
    if unknown := sorted(set(contract.key) - set(names)):
        yield f"key 里的 {'、'.join(unknown)} 不在 columns 里"
    for column in contract.columns:
        if column.type == "label" and column.codes is None and contract.received:
            yield f"{column.name} 的 type 是 label，要写 codes"
    if contract.received is None:
        return
    if not contract.sheet:
        yield "写了 received，要同时写 sheet（工作表名）"
    if unknown := sorted(contract.received.columns - set(names)):
        yield f"received 里的列 {'、'.join(unknown)} 不在 columns 里"


def _faults_together(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """What is wrong between contracts."""
    received = {
        name: contract.received for name, contract in contracts.items() if contract.received
    }
    for name in RECEIVED:
        if name not in received:
            yield f"{name} 缺少 received"
    for key, orders in (
        ("order", [traits.order for traits in received.values()]),
        ("header.order", [traits.header_order for traits in received.values()]),
    ):
        if twice := sorted({number for number in orders if orders.count(number) > 1}):
            yield f"几个数据集的 received.{key} 都是 {'、'.join(map(str, twice))}，不能相同"
    for name, traits in received.items():
        if traits.belongs_to is not None:
            yield from _faults_of_belonging(contracts, name, traits)
    if sum(traits.lists_organisations for traits in received.values()) != 1:
        yield "要有且只有一个数据集写 lists_organisations: true"
    if sum(traits.load == "log" for traits in received.values()) != 1:
        yield "要有且只有一个数据集写 load: log"


def _faults_of_belonging(
    contracts: Mapping[str, Contract], name: str, traits: DatasetTraits
) -> Iterator[str]:
    above = contracts.get(traits.belongs_to or "")
    if above is None or above.received is None or not above.received.has_parts:
        yield f"{name} 的 belongs_to 只能是有 owner、load: full 的数据集"
        return
    if len(above.key) != 1 or above.key[0] not in contracts[name].names:
        yield f"{name} 要有列 {'、'.join(above.key)}，才知道一行属于{above.title}的哪一行"
    if above.received.order > traits.order:
        yield f"{name} 的 order 要大于 {above.table} 的"
