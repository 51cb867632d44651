"""Reads the catalog's YAML files strictly, and says in Chinese what is wrong with them.

Numbers and dates are read exactly as they are written, a repeated key is an error, and pydantic's
findings are put into words. Which keys a file may have stands in the module that reads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    model_validator,
)
from yaml.constructor import SafeConstructor

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.yaml_faults import RepeatedKey, fault, line_of

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Exact(SafeConstructor):
    """YAML's safe values without surprises: 92.5 becomes no binary fraction, 010 is not 8, 1:30 is
    not 90, and a key that is written twice is an error, where PyYAML takes the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise RepeatedKey(name, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | Decimal | str:
    text = str(loader.construct_scalar(node))
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Exact.add_constructor("tag:yaml.org,2002:int", _number)
_Exact.add_constructor("tag:yaml.org,2002:float", _number)
_Exact.add_constructor("tag:yaml.org,2002:timestamp", _text)


class _FastLoader(_Exact, yaml.CSafeLoader):
    """Exact values with the parser in C, which is ten times as fast."""


class _ExplainingLoader(_Exact, yaml.SafeLoader):
    """Exact values with the parser whose messages yaml_faults.py can translate."""


class StrictModel(BaseModel):
    """A group of keys that allows no others, converts no value silently and can't be changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_keys(cls, data: Any) -> Any:
        """Refuses unknown keys; pydantic would too, but without saying which keys there are."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        unknown = [str(key) for key in data if key not in known] if isinstance(data, dict) else []
        if unknown:
            raise ValueError(f"不认识 {'、'.join(unknown)}；可用的有：{'、'.join(sorted(known))}")
        return data


def exact_date(value: object) -> object:
    """For BeforeValidator: a date written as YYYY-MM-DD, and nothing else."""
    if not isinstance(value, str):
        return value
    if _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("要写成 2026-01-31 这样的、确实存在的日期")


def exact_decimal(value: object) -> object:
    """For BeforeValidator: a plain decimal of at most six places, exactly as written."""
    if isinstance(value, bool) or not _DECIMAL.fullmatch(str(value)):
        raise ValueError("要写成 90 或 92.5 这样的数，小数最多六位")
    return Decimal(str(value))


ExactDate = Annotated[date, BeforeValidator(exact_date)]
"""A date that is written as YYYY-MM-DD."""
ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(exact_decimal),
    PlainSerializer(float, return_type=float, when_used="json"),
]
"""A decimal exactly as written; a plain number in JSON."""


def load_yaml(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file; ConfigurationError if it is missing or can't be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"缺少文件 {path}，或不能读取。请检查 --catalog，或重新取得本程序的 catalog/。"
        ) from error
    return read_yaml(path, content)


def read_yaml(path: Path, content: bytes) -> dict[str, Any]:
    """The keys and values in the bytes of the YAML file at `path`; none if it is empty.

    ConfigurationError if they are no YAML, or no mapping.
    """
    try:
        raw = parsed(content, _FastLoader, _ExplainingLoader)
    except yaml.YAMLError as error:
        raise not_yaml(path, error) from None
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path} 的内容应是一行行“键: 值”。")
    return raw


def parsed(content: bytes, fast: Any = yaml.CSafeLoader, explaining: Any = yaml.SafeLoader) -> Any:
    """The content of a YAML file; raises YAMLError.

    The `fast` parser, in C, reads it first. Only if that fails does the `explaining` one read it,
    whose errors say more.
    """
    with suppress(yaml.YAMLError):
        return yaml.load(content, Loader=fast)
    return yaml.load(content, Loader=explaining)


def not_yaml(path: Path, error: yaml.YAMLError) -> ConfigurationError:
    """The error for a file that is no YAML. The parser's error quotes the file, which may hold
    secrets, so it must not be chained."""
    return ConfigurationError(f"{path} 不是正确的 YAML，{fault(error)}。请改正。")


Model = TypeVar("Model", bound=BaseModel)


def validate(
    model: type[Model],
    data: object,
    *,
    path: Path,
    under: str = "",
    context: dict[str, Any] | None = None,
) -> Model:
    """`data` as `model`, or a ConfigurationError with all findings: file, key and what is allowed.

    `under` is the key in the file under which `data` stands.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        raise wrong(path, error, under=under) from None


def wrong(path: Path, error: ValidationError, *, under: str = "") -> ConfigurationError:
    """The error for a file with wrong keys or values: each finding with its line, its key and what
    is allowed."""
    content = path.read_bytes() if path.is_file() else b""
    findings = [_finding(dict(finding), under, content) for finding in error.errors()]
    if len(findings) == 1:
        return ConfigurationError(f"{path} 有误：{findings[0]}。请改正。")
    lines = "".join(f"\n  {finding}" for finding in findings)
    return ConfigurationError(f"{path} 有误：{lines}")


UNKNOWN_KEY = "unknown_key"
"""The type of the finding that a key isn't known; its context: `key`, and the `known` keys."""
FORM_TAG = "form:"
"""Where a value may have several forms, pydantic puts a tag that begins like this into the place of
a finding. It is also the type of the finding that no form fits, whose context has the `error`."""

_ALLOWED = {
    "missing": "缺少这个键，必须写",
    "bool_type": "只能是 true、false",
    "int_type": "要写整数",
    "string_type": "要写文字",
    "string_too_short": "不能为空",
    "dict_type": "要写成一组“键: 值”",
    "model_type": "要写成一组“键: 值”",
    "list_type": "要写成一列值",
    "date_type": "要写成 2026-01-31 这样的、确实存在的日期",
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected}",
    "extra_forbidden": "没有这个键",
    "too_short": "不能为空",
    "int_parsing": "要写整数",
    "date_parsing": "要写成 2026-01-31 这样的、确实存在的日期",
    "date_from_datetime_parsing": "要写成 2026-01-31 这样的、确实存在的日期",
    "date_from_datetime_inexact": "要写成 2026-01-31 这样的日期，不带时间",
    "value_error": "{error}",
    UNKNOWN_KEY: "没有这个键；可用的有：{known}",
    FORM_TAG: "{error}",
}
_NOT_SO = "写法不对"


def _finding(error: dict[str, Any], under: str, content: bytes) -> str:
    """A finding of pydantic's as `第 3 行 key：what is allowed（what is written）`."""
    values = {name: str(value) for name, value in error.get("ctx", {}).items()}
    place = [part for part in (under, *error["loc"]) if part != "" and not _is_tag(part)]
    if error["type"] == UNKNOWN_KEY:
        place.append(values["key"])
    key = ".".join(str(part) for part in place)
    if "expected" in values:
        values["expected"] = (
            values["expected"].replace("'", "").replace(" or ", "、").replace(", ", "、")
        )
    allowed = _ALLOWED.get(error["type"], _NOT_SO).format(**values)
    line = line_of(content, place)
    line_and_key = " ".join(filter(None, (f"第 {line} 行" if line else "", key)))
    written = error["input"]
    now = f"（现在写的是 {shown(written)}）" if _may_be_shown(written, place) else ""
    return f"{line_and_key or '整个文件'}：{allowed}{now}"


def _is_tag(part: object) -> bool:
    """Whether a part of a finding's place is the tag of a form, and not a key of the file."""
    return isinstance(part, str) and part.startswith(FORM_TAG)


def _may_be_shown(written: object, place: Sequence[object]) -> bool:
    """Whether a value may be repeated in a message: groups are too long, and the address of a
    database may hold a password."""
    return not (isinstance(written, dict | list) or "database" in place or "://" in str(written))


def shown(value: object) -> str:
    """A value as it is written in the file."""
    words = {True: "true", False: "false"}
    if value is None:
        return "空"
    return words[value] if isinstance(value, bool) else str(value)
