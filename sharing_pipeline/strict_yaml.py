"""Reading a catalog YAML file strictly, and saying in Chinese what is wrong with it.

Here: exact scalars, repeated keys, pydantic's findings put into words. Which keys a file may
have is its own module's matter.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sharing_pipeline.errors import ConfigurationError

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _ExactLoader(yaml.SafeLoader):
    """Safe YAML without its surprises: 92.5 stays 92.5 and not a binary fraction, 010 is not 8,
    1:30 is not 90, and a key that is written twice is an error instead of the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"键 {name} 写了两次", problem_mark=key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _number(loader: _ExactLoader, node: yaml.ScalarNode) -> int | Decimal | str:
    text = str(loader.construct_scalar(node))
    if _WHOLE.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _text(loader: _ExactLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_ExactLoader.add_constructor("tag:yaml.org,2002:int", _number)
_ExactLoader.add_constructor("tag:yaml.org,2002:float", _number)
_ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", _text)


class StrictModel(BaseModel):
    """A group of keys: no others, no silent conversion, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_keys(cls, data: Any) -> Any:
        """Pydantic would refuse them too, without saying which ones there are."""
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


def load_yaml(path: Path) -> dict[str, Any]:
    """read_yaml() of a file; one that is not there or can't be read is a ConfigurationError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"缺少文件 {path}，或不能读取。请检查 --catalog，或重新取得本程序的 catalog/。"
        ) from error
    return read_yaml(path, content)


def read_yaml(path: Path, content: bytes) -> dict[str, Any]:
    """The keys and values of a YAML file with these bytes, none for an empty one.

    What isn't YAML, or no mapping, is a ConfigurationError.
    """
    try:
        raw = yaml.load(content, Loader=_ExactLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "某处"
        problem = getattr(error, "problem", None) or "不是 UTF-8 文本"
        raise ConfigurationError(
            f"{path} 不是正确的 YAML，{where}附近：{problem}。请改正。"
        ) from error
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{path} 的内容应是一行行“键: 值”。")
    return raw


Model = TypeVar("Model", bound=BaseModel)


def validate(
    model: type[Model],
    data: object,
    *,
    path: Path,
    under: str = "",
    context: dict[str, Any] | None = None,
) -> Model:
    """`data` as `model`, else a ConfigurationError with every finding: file, key, what is allowed.

    `under` is the key of the file that `data` stands under.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        findings = "\n".join(f"  {_finding(dict(each), under)}" for each in error.errors())
        raise ConfigurationError(f"{path} 有误：\n{findings}") from error


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
    "value_error": "{error}",
}


def _finding(error: dict[str, Any], under: str) -> str:
    """One of pydantic's findings as `key：what is allowed（what is written）`."""
    key = ".".join(str(part) for part in (under, *error["loc"]) if part != "")
    values = {name: str(value) for name, value in error.get("ctx", {}).items()}
    if "expected" in values:
        values["expected"] = (
            values["expected"].replace("'", "").replace(" or ", "、").replace(", ", "、")
        )
    allowed = (
        _ALLOWED[error["type"]].format(**values) if error["type"] in _ALLOWED else error["msg"]
    )
    written = error["input"]
    shown = "" if isinstance(written, dict | list) else f"（现在写的是 {_shown(written)}）"
    return f"{key}：{allowed}{shown}" if key else f"{allowed}{shown}"


def _shown(value: object) -> str:
    """A value as the file has it."""
    words = {True: "true", False: "false"}
    if value is None:
        return "空"
    return words[value] if isinstance(value, bool) else str(value)
