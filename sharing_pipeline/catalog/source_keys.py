"""The groups of keys that a source's YAML is made of, each with what must hold inside it.

What a source is as a whole, and how its file is read, is in sources.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sharing_pipeline.catalog.query_text import SINCE, parameters, why_not_read_only
from sharing_pipeline.strict_yaml import FORM_TAG, UNKNOWN_KEY

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADDRESS_KEYS = {"url", "uri", "dsn", "host", "user", "username", "password", "passwd"}
_SECRETS_ELSEWHERE = (
    "数据库的地址、账号和密码不能写在 YAML 里：YAML 会被复制、提交和传阅。"
    "请写进运行环境的环境变量，这里用 url_env 只写变量的名字"
)


class Keys(BaseModel):
    """A group of keys of the YAML; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _name_unknown_key(cls, data: Any) -> Any:
        """Pydantic would refuse it too, without saying which ones there are."""
        known = {field.alias or name for name, field in cls.model_fields.items()}
        for key in data if isinstance(data, dict) else ():
            if key not in known | cls.model_fields.keys():
                facts = {"key": str(key), "known": "、".join(sorted(known - {"name", "canonical"}))}
                raise PydanticCustomError(UNKNOWN_KEY, "{key}: {known}", facts)
        return data


class Joined(Keys):
    """Several of the sender's columns as one text."""

    headers: list[str] = Field(alias="from", min_length=1)
    join: str = ""


class Rule(Keys):
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


def _form(value: Any) -> str | None:
    """In which of its forms a value is written, by the key that only that form has."""
    if isinstance(value, str | Joined | Rule):
        return f"{FORM_TAG}{type(value).__name__}"
    if isinstance(value, dict):
        return next((f"{FORM_TAG}{form.__name__}" for key, form in _FORMS if key in value), None)
    return None


_FORMS = (("when", Rule), ("from", Joined))
_VALUE_FORMS = "要写成 表头、{from: [表头, 表头]} 或 {when: 表头, 条件, then: 值}"

Value = Annotated[
    Annotated[str, Tag(f"{FORM_TAG}str")]
    | Annotated[Joined, Tag(f"{FORM_TAG}Joined")]
    | Annotated[Rule, Tag(f"{FORM_TAG}Rule")],
    Discriminator(
        _form,
        custom_error_type=FORM_TAG,
        custom_error_message="{error}",
        custom_error_context={"error": _VALUE_FORMS},
    ),
]


def headers_of(value: str | Joined | Rule) -> list[str]:
    """The sender's headers that a value is made of."""
    if isinstance(value, str):
        return [value]
    return value.headers if isinstance(value, Joined) else [value.when]


class ColumnMapping(Keys):
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


NOTHING_DECLARED = ColumnMapping()
"""Of a dataset about which a source says nothing; asked for so often that there is one of it."""


class Database(Keys):
    """A query that stands in place of files. Where the database is, and who asks, is a secret:
    only the name of the environment variable with its URL is here.

    `high_water`: the result's column that grows, up to which the next night need not ask again;
    `start`: the value to begin with, as written. `batch_rows`: rows held in memory at once.
    """

    url_env: str
    query: str
    high_water: str | None = None
    start: str | None = None
    batch_rows: int = Field(default=50_000, ge=1, le=1_000_000)

    @model_validator(mode="before")
    @classmethod
    def _without_secrets(cls, given: Any) -> Any:
        if isinstance(given, dict) and _ADDRESS_KEYS & {str(key).lower() for key in given}:
            raise ValueError(_SECRETS_ELSEWHERE)
        if isinstance(given, str) and "://" in given:
            raise ValueError(_SECRETS_ELSEWHERE)
        return given

    @field_validator("url_env")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if "://" in value:
            raise ValueError(_SECRETS_ELSEWHERE)
        if not _ENVIRONMENT_NAME.fullmatch(value):
            raise ValueError("要写环境变量的名字，只用字母、数字和下划线")
        return value

    @field_validator("query")
    @classmethod
    def _only_reads(cls, value: str) -> str:
        if why := why_not_read_only(value):
            raise ValueError(why)
        return value.strip().removesuffix(";")

    @model_validator(mode="after")
    def _knows_where_to_begin(self) -> Database:
        if (self.high_water is None) != (self.start is None):
            raise ValueError("high_water 和 start 要一起写")
        wanted = {SINCE} if self.high_water else set()
        if parameters(self.query) != wanted:
            raise ValueError(
                f"query 里要写 :{SINCE}，表示从哪里读起；其他的冒号写成 \\:"
                if self.high_water
                else f"query 里的 :{SINCE} 要和 high_water、start 一起用；其他的冒号写成 \\:"
            )
        return self

    @property
    def begins(self) -> str:
        """What the high-water marks belong to: another column or start begins anew."""
        return f"{self.high_water} {self.start}" if self.high_water else ""
