"""Code tables: which written labels mean which canonical value, and how labels are compared.

Tables are catalog/codes/*.yaml and can be extended there. `clean` is the one comparison for
labels, headers and organisation names. A source's own codes are handed in by the caller;
dates, numbers and other plain values are in values/.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field
from zhconv_rs import zhconv

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.strict_yaml import StrictModel, load_yaml, validate

_INVISIBLE_RANGES = (
    ("\u00ad", "\u00ad"),  # soft hyphen
    ("\u061c", "\u061c"),  # Arabic letter mark
    ("\u180e", "\u180e"),  # Mongolian vowel separator
    ("\u200b", "\u200f"),  # zero-width characters, left-to-right and right-to-left marks
    ("\u202a", "\u202e"),  # bidi embeddings and overrides
    ("\u2060", "\u206f"),  # word joiner, invisible operators, bidi isolates
    ("\ufeff", "\ufeff"),  # byte order mark
)
INVISIBLE = "".join(
    chr(point) for first, last in _INVISIBLE_RANGES for point in range(ord(first), ord(last) + 1)
)
"""Every character that nobody sees."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_WHITE_SPACE = re.compile(r"\s+")
_NOTE = re.compile(r"^([^(（【〔\[]+)[(（【〔\[](.*)[)）】〕\]]$", re.DOTALL)
_ISO_REPEAT = re.compile(r"^r\d*/(?=p)")


def visible(text: str) -> str:
    """`text` without characters that nobody sees (zero-width, bidi, soft hyphen)."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def clean(text: str) -> str:
    """The form in which labels, headers and organisation names are compared.

    Half width, no white space (NBSP included), nothing invisible, simplified, case folded.
    For comparing only: what is shown or stored stays as it was written.
    """
    if not text.isascii():
        text = zhconv(unicodedata.normalize("NFKC", visible(text)), "zh-hans")
    return _WHITE_SPACE.sub("", text).casefold()


@dataclass(frozen=True)
class CodeTable:
    """A closed list of canonical values and the labels that mean them.

    `labels` has every label in the form of `clean`; the values themselves are labels too.
    `details` holds what the file says about a value beside its labels, e.g. days and months.
    """

    name: str
    title: str
    values: tuple[str, ...]
    labels: Mapping[str, str]
    details: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    iso_repeats: bool = False
    drop_suffixes: tuple[str, ...] = ()
    bracket_notes: bool = False
    keep_unknown: bool = False

    def read(self, text: str, own: Mapping[str, str] | None = None) -> str | None:
        """The canonical value that `text` means, None when it isn't understood.

        `own` is the source's own code table, code → label; it is looked up first. A bare digit
        without it is never understood: the same digit means different things in two systems.
        """
        return self.read_with_note(text, own)[0]

    def read_with_note(
        self, text: str, own: Mapping[str, str] | None = None
    ) -> tuple[str | None, str | None]:
        """As `read`, and the note in brackets that had to be set aside, None without one.

        每月(更新说明：每月5日) is 每月 with the note 更新说明：每月5日, in tables that allow notes.
        """
        text = visible(text).strip()
        value = self._own(text, own) or self._label(text)
        if value is None and self.bracket_notes and (match := _NOTE.match(text)):
            head, note = match.groups()
            value = self._own(head, own) or self._label(head)
            return value, note.strip() if value else None
        return value, None

    def _own(self, text: str, own: Mapping[str, str] | None) -> str | None:
        """The value that the source's own table gives for a code."""
        if not own:
            return None
        label = {clean(str(code)): label for code, label in own.items()}.get(clean(text))
        if label is None:
            return None
        value = self._label(label)
        if value is None:
            raise ConfigurationError(
                f"来源自己的代码表把 {text} 对应到“{label}”，而{self.title}没有这个值。"
                f"请改成其中之一：{'、'.join(self.values)}。"
            )
        return value

    def _label(self, text: str) -> str | None:
        label = clean(text)
        if self.iso_repeats:
            label = _ISO_REPEAT.sub("", label)
        for suffix in self.drop_suffixes:
            label = label if label in self.labels else label.removesuffix(suffix)
        return self.labels.get(label)


def load_codes(catalog: Path) -> dict[str, CodeTable]:
    """Every code table under catalog/codes/ by name.

    Raises ConfigurationError for a file that can't be read, and for a label of two values.
    """
    tables = {}
    for path in sorted((catalog / "codes").glob("*.yaml")):
        keys = validate(_TableKeys, load_yaml(path), path=path)
        tables[keys.code_table] = _table(path, keys)
    if not tables:
        raise ConfigurationError(f"{catalog} 下没有 codes/，这不是一个 catalog 文件夹。")
    return tables


class _ValueKeys(StrictModel):
    """What the file says of one value. A label is held to be text further on."""

    labels: list[Any]
    days: int | None = None
    months: int | None = None


class _TableKeys(StrictModel):
    """The keys of a code table's file."""

    code_table: str
    title: str
    values: dict[str, _ValueKeys]
    iso_repeats: bool = False
    drop_suffixes: list[str] = Field(default=[])
    bracket_notes: bool = False
    keep_unknown: bool = False


def _table(path: Path, keys: _TableKeys) -> CodeTable:
    """A code table from its file's keys."""
    return CodeTable(
        name=keys.code_table,
        title=keys.title,
        values=tuple(keys.values),
        labels=_labels(path, {value: (value, *each.labels) for value, each in keys.values.items()}),
        details={
            value: each.model_dump(exclude={"labels"}, exclude_none=True)
            for value, each in keys.values.items()
        },
        iso_repeats=keys.iso_repeats,
        drop_suffixes=tuple(clean(suffix) for suffix in keys.drop_suffixes),
        bracket_notes=keys.bracket_notes,
        keep_unknown=keys.keep_unknown,
    )


def _labels(path: Path, written: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Label → value; a label that can't be told from another value's is an error."""
    labels: dict[str, str] = {}
    for value, its_labels in written.items():
        for label in its_labels:
            if not isinstance(label, str) or clean(label).isdecimal():
                raise ConfigurationError(
                    f"{path} 里“{value}”的写法 {label} 不能用：纯数字的含义因系统而异，"
                    "要写进来源自己的代码表；其他的请加引号。"
                )
            if labels.setdefault(clean(label), value) != value:
                raise ConfigurationError(
                    f"{path} 里写法“{label}”既是“{labels[clean(label)]}”又是“{value}”，"
                    "只能归其中一个，请删去另一个。"
                )
    return labels
