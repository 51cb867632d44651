"""Sources: who sends what, and how their columns become ours (catalog/sources/*.yaml).

Declares and validates; computes nothing from rows (sheets/derived_columns.py does). docs/sources.md
tells a stranger how to write one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import datasets
from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.catalog.source_keys import NOTHING_DECLARED, ColumnMapping, Database
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import not_yaml, wrong
from sharing_pipeline.yaml_faults import RepeatedKey

DEFAULT = "catalogue"
"""The built-in source of a file when nothing tells where it belongs."""

_DATABASE_KEY = re.compile(r"^database\s*:", re.MULTILINE)
_DATE_IN_NAME = re.compile(
    r"(?<!\d)(?:((?:19|20)\d\d)-(\d\d)-(\d\d)|((?:19|20)\d\d)(\d\d)(\d\d))(?!\d)"
)
_INCREMENTAL = re.compile("增量|incremental", re.IGNORECASE)


_DERIVED = "resource"
"""The dataset that rows of entries may hold beside the entry, under the key of that name."""


def _contracts(info: ValidationInfo) -> Mapping[str, Contract]:
    """The contracts that a source is held to; none where the program makes one by itself."""
    return (info.context or {}).get("contracts", {})


class Source(ColumnMapping):
    """One source; `name` is its folder in the inbox and its file's name.

    `canonical`: the files hold canonical datasets, and each sheet's own headers tell which.
    """

    name: str
    title: str
    dataset: str
    canonical: bool = False
    mode: Literal["full", "incremental"] = "full"
    scope: Literal["whole"] | None = None
    effective_on: date | None = None
    dated: Literal["folder"] | None = None
    timezone: str = "Asia/Shanghai"
    organisations: Literal["from_rows"] | None = None
    organisation_level: str | None = None
    organisation_region: str | None = None
    lacks: list[Literal["mount", "update", "cycle"]] = Field(default=[])
    unused: list[str] = Field(default=[])
    row_is: Literal["entry", "resource"] = "entry"
    resource: ColumnMapping | None = None
    database: Database | None = None
    records: str | None = Field(default=None, min_length=1)
    explode: str | None = Field(default=None, min_length=1)

    @field_validator("dataset")
    @classmethod
    def _is_received(cls, value: str, info: ValidationInfo) -> str:
        contracts = _contracts(info)
        if contracts and value not in (known := datasets(contracts)):
            raise ValueError(f"只能是 {'、'.join(known)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("不是时区名，要写成 UTC 或 Asia/Shanghai 这样") from error
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        if self.resource is not None and self.dataset != "catalogue":
            raise ValueError("resource 只能用在 dataset: catalogue 的来源里")
        if self.resource is not None and "resource_id" not in self.resource.columns:
            raise ValueError("resource.columns 里要写 resource_id 怎么来")
        if self.row_is == "resource" and self.resource is None:
            raise ValueError("row_is: resource 要同时写 resource")
        if self.explode and self.dataset == "catalogue" and self.row_is != "resource":
            raise ValueError("explode 让一条目录列成几行，要同时写 row_is: resource")
        if self.organisations is None and (self.organisation_level or self.organisation_region):
            raise ValueError("organisation_level、organisation_region 要和 organisations 一起写")
        return self

    @model_validator(mode="after")
    def _keeps_what_was_read_before(self, info: ValidationInfo) -> Source:
        """A high-water mark gives only what is new: it must not replace what is there."""
        if self.database is None:
            return self
        if self.effective_on is not None:
            raise ValueError("用 database 时不写 effective_on：每次读到的就是当晚的数据")
        contracts = _contracts(info)
        if self.database.high_water is None or not contracts:
            return self
        load = contracts[self.dataset].traits.load
        if load in ("upsert", "log"):
            return self
        if load == "list":
            raise ValueError(f"{self.dataset} 每次都要读全，database 里不写 high_water 和 start")
        if self.mode != "incremental":
            raise ValueError(
                "database 里写了 high_water，每晚只读新的行，要同时写 mode: incremental"
            )
        return self

    @property
    def shape(self) -> Shape | None:
        """How its JSON is nested; None for canonical files, which are flat."""
        return None if self.canonical else Shape(self.records, self.explode)

    @property
    def derives(self) -> list[str]:
        """The datasets that its rows make beside their own."""
        return [_DERIVED] if self.resource is not None else []

    @property
    def is_plain(self) -> bool:
        """Every column is a column of the file as it is: nothing joined, derived or constant."""
        return not self.constants and all(isinstance(value, str) for value in self.columns.values())

    def mapping(self, dataset: str) -> ColumnMapping:
        """How that dataset's columns come about; an empty one when nothing is declared.

        A derived resource hangs under its row's entry: it has the entry's catalogue_code.
        """
        if dataset == self.dataset:
            return self
        if dataset != _DERIVED or self.resource is None:
            return NOTHING_DECLARED
        code = {name: value for name, value in self.columns.items() if name == "catalogue_code"}
        return self.resource.model_copy(update={"columns": {**code, **self.resource.columns}})

    def mode_of(self, file_name: str) -> str:
        """`full` or `incremental`, which the source or the file's name declares."""
        return "incremental" if _INCREMENTAL.search(file_name) else self.mode

    def effective_date(self, file_name: str) -> date | None:
        """The day that the file's own name declares, else the source; None when neither does.

        `file_name` may have folders before it; a date in theirs says nothing of the file, unless
        the source says that its folders are dated: then the nearest one with a date counts.
        """
        path = PurePosixPath(file_name)
        names = [path.name, *(folder.name for folder in path.parents if self.dated)]
        return next(filter(None, map(declared_on, names)), self.effective_on)


def declared_on(file_name: str) -> date | None:
    """The first real date in a file's name: 2026-11-22 or 20261122, no digit beside it."""
    for match in _DATE_IN_NAME.finditer(file_name):
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def _canonical(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Titles of the inbox folders whose files are canonical and need no YAML (inputs.md §7)."""
    titles = {name: contracts[name].traits.inbox for name in datasets(contracts)}
    return {name: title for name, title in titles.items() if title}


def load_source(catalog: Path, name: str) -> Source:
    """The source of that name; ConfigurationError names the file and the key that is wrong."""
    path = catalog / "sources" / f"{name}.yaml"
    contracts = load_contracts(catalog)
    canonical = _canonical(contracts)
    if name in canonical:
        if path.exists():
            raise ConfigurationError(f"{path}：{name} 是内置来源，不需要 YAML。请改名或删去它。")
        built_in = {"name": name, "title": canonical[name], "dataset": name, "canonical": True}
        return Source.model_validate(built_in)
    if not path.exists():
        raise ConfigurationError(
            f"没有来源 {name}：{path} 不存在。请按 docs/sources.md 写一个，"
            f"或改用内置来源 {'、'.join(canonical)}。"
        )
    source = _parse(path, name, contracts)
    _check_columns(path, source, contracts)
    return source


def load_sources(catalog: Path) -> dict[str, Source]:
    """Every source by name, the built-in ones first."""
    written = sorted(path.stem for path in (catalog / "sources").glob("*.yaml"))
    names = [*_canonical(load_contracts(catalog)), *written]
    return {name: load_source(catalog, name) for name in names}


def load_databases(catalog: Path) -> dict[str, Source | ConfigurationError]:
    """Every source that is a database, by name; for one whose YAML is wrong, what is wrong."""
    found: dict[str, Source | ConfigurationError] = {}
    for path in sorted((catalog / "sources").glob("*.yaml")):
        if not _DATABASE_KEY.search(path.read_text(encoding="utf-8", errors="replace")):
            continue
        try:
            found[path.stem] = load_source(catalog, path.stem)
        except ConfigurationError as error:
            found[path.stem] = error
    return found


class _TextLoader(yaml.BaseLoader):
    """Every scalar stays the text that was written: 01 is no number, 是 no boolean."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise RepeatedKey("、".join(twice), node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _parse(path: Path, name: str, contracts: Mapping[str, Contract]) -> Source:
    try:
        raw = yaml.load(path.read_bytes(), Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise not_yaml(path, error) from None
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path} 的内容应是一行行“键: 值”，写法见 docs/sources.md。")
    own = sorted({"name", "canonical"} & raw.keys())
    if own:
        raise ConfigurationError(f"{path}：不能写 {'、'.join(own)}，来源的名字就是文件名。")
    try:
        return Source.model_validate({**raw, "name": name}, context={"contracts": contracts})
    except ValidationError as error:
        raise ConfigurationError(f"{wrong(path, error)}\n写法见 docs/sources.md。") from None


def _check_columns(path: Path, source: Source, contracts: Mapping[str, Contract]) -> None:
    """Every declared column exists in its dataset, and codes are given for label columns only."""
    _check_mapping(path, "", source, contracts[source.dataset])
    if source.resource is not None:
        _check_mapping(path, "resource.", source.resource, contracts[_DERIVED])


def _check_mapping(path: Path, under: str, mapping: ColumnMapping, contract: Contract) -> None:
    labels = {column.name for column in contract.columns if column.codes}
    for key, names, allowed in (
        ("columns", mapping.columns.keys(), set(contract.names)),
        ("constants", mapping.constants.keys(), set(contract.names)),
        ("codes", mapping.codes.keys(), labels),
    ):
        unknown = sorted(names - allowed)
        if unknown:
            raise ConfigurationError(
                f"{path}：{under}{key} 里的 {'、'.join(unknown)} 不能用。"
                f"可用的有：{'、'.join(sorted(allowed))}。"
            )
