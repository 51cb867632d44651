"""What the parameters of every indicator have in common: Chinese names, and values in words.

Which parameters an indicator has is declared in its own module. What a parameter does is in
the SQL and in deadlines.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field
from pydantic.fields import FieldInfo

from sharing_pipeline.strict_yaml import StrictModel

Days = Annotated[int, Field(ge=0, le=3650)]
"""A number of days, working or calendar; ten years is more than any rule can mean."""


@dataclass(frozen=True)
class Words:
    """How values of a parameter read on a page: `Words({True: "计入", False: "不计入"})`."""

    by_value: Mapping[object, str]


class Parameters(StrictModel):
    """The parameters of an indicator, or the parts of one of them.

    Every field has a Chinese name, its `title`, and Words for each of its values that is no
    number (yes, no, none, a choice). A class that lacks one is a TypeError when its module is
    loaded: a page must not come upon it after the figures are published.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        for name, field in cls.model_fields.items():
            where = f"parameter {name} of {cls.__module__}.{cls.__name__}"
            if not field.title:
                raise TypeError(f"{where} has no Chinese name: give it Field(title=...)")
            unnamed = [value for value in _choices(field.annotation) if value not in _words(field)]
            if unnamed:
                raise TypeError(f"{where} has no Words for {unnamed}: write Annotated[..., Words]")

    def in_words(self) -> Iterator[tuple[str, str, str]]:
        """(key in the definition's file, Chinese name, value in words) of every parameter.

        In the order of their declaration. A parameter with several parts is one row.
        """
        for name, field in type(self).model_fields.items():
            yield field.alias or name, field.title or "", _value_in_words(self, name, field)

    def columns(self) -> dict[str, object]:
        """Every parameter that SQL takes as it is: a number, a text, yes, no or none."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            name: value
            for name, value in values.items()
            if value is None or isinstance(value, bool | int | str)
        }


def _words(field: FieldInfo) -> Mapping[object, str]:
    return next((words.by_value for words in field.metadata if isinstance(words, Words)), {})


def _choices(annotation: Any) -> tuple[object, ...]:
    """The values of a type that are no numbers: yes and no, none, and the choices of a Literal."""
    if annotation is bool:
        return (True, False)
    if annotation is NoneType:
        return (None,)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, UnionType):
        return tuple(value for part in get_args(annotation) for value in _choices(part))
    return ()


def _value_in_words(parameters: Parameters, name: str, field: FieldInfo) -> str:
    """One value; of one with several parts, neighbours with the same value stand together."""
    value = getattr(parameters, name)
    if isinstance(value, Parameters):
        parts = {title: words for _, title, words in value.in_words()}
    elif isinstance(value, Mapping):
        parts = {part: f"{number}" for part, number in value.items()}
    else:
        return _words(field).get(value, f"{value}")
    together = groupby(parts, key=parts.__getitem__)
    return "；".join(f"{'、'.join(titles)} {words}" for words, titles in together)
