"""Sources: who sends what, and how their columns become ours (catalog/sources/*.yaml).

Declares and validates; computes nothing from rows (derive.py does). docs/sources.md tells a
stranger how to write one.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sharing_pipeline.contracts import Contract, load_contracts
from sharing_pipeline.errors import ConfigurationError

_CANONICAL = {
    "catalogue": "规范目录文件",
    "exchange_log": "规范交换日志",
    "demand": "规范供需对接清单",
    "organisation": "机构",
    "exemption": "免考核",
}
"""Inbox folders whose files are canonical already; no YAML (inputs.md §7)."""
_DATE_IN_NAME = re.compile(
    r"(?<!\d)(?:((?:19|20)\d\d)-(\d\d)-(\d\d)|((?:19|20)\d\d)(\d\d)(\d\d))(?!\d)"
)
_INCREMENTAL = re.compile("增量|incremental", re.IGNORECASE)


class _Part(BaseModel):
    """A group of keys of the YAML; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Joined(_Part):
    """Several of the sender's columns as one text."""

    headers: list[str] = Field(alias="from", min_length=1)
    join: str = ""


class Rule(_Part):
    """A value that depends on one of the sender's columns: exactly one test of its cell.

    `has`: one of the items of a list cell is among these; `only`: it has items, and all are.
    """

    when: str
    state: Literal["empty", "not_empty"] | None = Field(default=None, alias="is")
    among: list[str] | None = Field(default=None, alias="in")
    has: list[str] | None = None
    only: list[str] | None = None
    map: dict[str, str] | None = None
    then: str | None = None
    otherwise: str | None = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _one_test(self) -> Rule:
        tests = [self.state, self.among, self.has, self.only, self.map]
        if sum(test is not None for test in tests) != 1:
            raise ValueError("is、in、has、only、map 要写且只写一个")
        if (self.map is None) != (self.then is not None):
            raise ValueError("用 is、in、has、only 时要写 then；用 map 时不写 then")
        return self


Value = Annotated[str | Joined | Rule, Field(union_mode="left_to_right")]


def headers_of(value: str | Joined | Rule) -> list[str]:
    """The sender's headers that a value is made of."""
    if isinstance(value, str):
        return [value]
    return value.headers if isinstance(value, Joined) else [value.when]


class ColumnMapping(_Part):
    """How the columns of one dataset come about."""

    columns: dict[str, Value] = {}
    constants: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _declared_once(self) -> ColumnMapping:
        both = sorted(self.columns.keys() & self.constants.keys())
        if both:
            raise ValueError(f"{'、'.join(both)} 同时写在 columns 和 constants 里，只能写一处")
        return self


class Source(ColumnMapping):
    """One source; `name` is its folder in the inbox and its file's name.

    `canonical`: the files hold canonical datasets, and each sheet's own headers tell which.
    """

    name: str
    title: str
    dataset: Literal[
        "catalogue", "resource", "field", "demand", "exchange_log", "organisation", "exemption"
    ]
    canonical: bool = False
    mode: Literal["full", "incremental"] = "full"
    scope: Literal["whole"] | None = None
    effective_on: date | None = None
    timezone: str = "Asia/Shanghai"
    organisations: Literal["from_rows"] | None = None
    organisation_level: str | None = None
    organisation_region: str | None = None
    lacks: list[Literal["mount", "update", "cycle"]] = []
    unused: list[str] = []
    row_is: Literal["entry", "resource"] = "entry"
    resource: ColumnMapping | None = None

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
        if self.organisations is None and (self.organisation_level or self.organisation_region):
            raise ValueError("organisation_level、organisation_region 要和 organisations 一起写")
        return self

    @property
    def is_plain(self) -> bool:
        """Every column is a column of the file as it is: nothing joined, derived or constant."""
        return not self.constants and all(isinstance(one, str) for one in self.columns.values())

    def mapping(self, dataset: str) -> ColumnMapping:
        """How that dataset's columns come about; an empty one when nothing is declared.

        A derived resource hangs under its row's entry: it has the entry's catalogue_code.
        """
        if dataset == self.dataset:
            return self
        if dataset != "resource" or self.resource is None:
            return ColumnMapping()
        code = {name: one for name, one in self.columns.items() if name == "catalogue_code"}
        return self.resource.model_copy(update={"columns": {**code, **self.resource.columns}})

    def mode_of(self, file_name: str) -> str:
        """`full` or `incremental`, which the source or the file's name declares."""
        return "incremental" if _INCREMENTAL.search(file_name) else self.mode

    def effective_date(self, file_name: str) -> date | None:
        """The day that the file's own name declares, else the source; None when neither does.

        `file_name` may have folders before it; a date in theirs says nothing of the file.
        """
        return declared_on(PurePosixPath(file_name).name) or self.effective_on


def declared_on(file_name: str) -> date | None:
    """The first real date in a file's name: 2026-11-22 or 20261122, no digit beside it."""
    for match in _DATE_IN_NAME.finditer(file_name):
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return None


def load_source(catalog: Path, name: str) -> Source:
    """The source of that name; ConfigurationError names the file and the key that is wrong."""
    path = catalog / "sources" / f"{name}.yaml"
    if name in _CANONICAL:
        if path.exists():
            raise ConfigurationError(f"{path}：{name} 是内置来源，不需要 YAML。请改名或删去它。")
        built_in = {"name": name, "title": _CANONICAL[name], "dataset": name, "canonical": True}
        return Source.model_validate(built_in)
    if not path.exists():
        raise ConfigurationError(
            f"没有来源 {name}：{path} 不存在。请按 docs/sources.md 写一个，"
            f"或改用内置来源 {'、'.join(_CANONICAL)}。"
        )
    source = _parse(path, name)
    _check_columns(path, source, load_contracts(catalog))
    return source


def load_sources(catalog: Path) -> dict[str, Source]:
    """Every source by name, the built-in ones first."""
    written = sorted(path.stem for path in (catalog / "sources").glob("*.yaml"))
    return {name: load_source(catalog, name) for name in [*_CANONICAL, *written]}


class _TextLoader(yaml.BaseLoader):
    """Every scalar stays the text that was written: 01 is no number, 是 no boolean."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.MarkedYAMLError(
                problem=f"键 {'、'.join(twice)} 写了两次", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


def _parse(path: Path, name: str) -> Source:
    try:
        raw = yaml.load(path.read_bytes(), Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} 不是正确的 YAML：{error}。请改正。") from error
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path} 的内容应是一行行“键: 值”，写法见 docs/sources.md。")
    own = sorted({"name", "canonical"} & raw.keys())
    if own:
        raise ConfigurationError(f"{path}：不能写 {'、'.join(own)}，来源的名字就是文件名。")
    try:
        return Source.model_validate({**raw, "name": name})
    except ValidationError as error:
        findings = "\n".join(
            f"  {'.'.join(map(str, one['loc'])) or '整个文件'}：{_finding(dict(one))}"
            for one in error.errors()
        )
        raise ConfigurationError(f"{path} 有误：\n{findings}\n写法见 docs/sources.md。") from error


def _finding(error: dict[str, Any]) -> str:
    words = {
        "extra_forbidden": "没有这个键",
        "missing": "必须写",
        "string_type": "要写文字",
        "list_type": "要写成列表",
        "dict_type": "要写成一组“键: 值”",
        "model_type": "要写成一组“键: 值”",
        "date_from_datetime_parsing": "要写成 2026-01-31 这样的日期",
        "too_short": "不能是空的",
    }
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        return f"只能是 {context['expected']}"
    return words.get(error["type"]) or str(context.get("error", error["msg"]))


def _check_columns(path: Path, source: Source, contracts: dict[str, Contract]) -> None:
    """Every declared column exists in its dataset, and codes are given for label columns only."""
    _check_mapping(path, "", source, contracts[source.dataset])
    if source.resource is not None:
        _check_mapping(path, "resource.", source.resource, contracts["resource"])


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
