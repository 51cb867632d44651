"""Which of a sheet's headers is which canonical column, and how sure that is.

A header matches by what the source declares, by a known form, or by a column's name, title or
alias: that is certain. One that only resembles them is never taken, only shown to its sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import NamedTuple

from sharing_pipeline.catalog.codes import clean
from sharing_pipeline.catalog.contracts import Contract, Form
from sharing_pipeline.catalog.source_keys import headers_of
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Cell

_LONGEST_HEADER = 60
_HARMLESS_NOTE = re.compile(
    r"(?<=.)[(\[【〔](?:必填项?|必选|选填项?|选择?项|可选|非必填|可不填|可为空|单选|多选|下拉.*|文本(?:格式)?"
    r"|条|个工作日|年[-/.]?月[-/.]?日|yyyy.*|格式.*|如.*|例.*|示例.*|全称|请?填写?全称|\d+位(?:编码|代码)?"
    r"|(?:不超过|限)?\d+个?[字汉]符?(?:以内|之内)?|注[\d一二三四五六七八九十]*|(?:由?系统)?自动生成"
    r"|(?:[^/、)]{1,12}[/、]){2,}[^/、)]{1,12}|(?:[^/、)]{1,12}[/、])+[^/、)]{0,12}(?:等|\.{3})"
    r"|是/否)[)\]】〕]$"
)
"""What may stand in brackets behind a header without making it another column. A unit such as
万条 or a word such as 代码 does."""
_NUMBERING = re.compile(
    r"(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、:)])(?=\D)"
)
"""What may stand before a header to number the columns."""
_NOTE = re.compile(r"(?<=.)[(\[【〔].*[)\]】〕]$")
_WITHOUT_NOTE = 0.9
"""How sure a header is that would be certain without its note in brackets."""


_SHORTEST_PART = 2
"""A single letter is a part of too many headers to say anything."""


class Likeness(NamedTuple):
    """A header that resembles a column; `share` from 0 to 1 is how much."""

    place: int
    column: str
    known_as: str
    share: float


def header_key(text: Cell) -> str:
    """How headers are compared: numbering, the * of a required column in a form and a note on how
    to fill it in are no part of a name."""
    if text is None or len(text) > _LONGEST_HEADER:
        return ""
    return _key(text)


@lru_cache(maxsize=1 << 16)
def _key(text: str) -> str:
    name = clean(text).strip("*:")
    numbering = _NUMBERING.match(name)
    name = name[numbering.end() :].strip("*") if numbering else name
    return _HARMLESS_NOTE.sub("", name)


def match(names: Sequence[Cell], contract: Contract, source: Source) -> dict[str, list[int]]:
    """Canonical column → positions of the headers that may be it.

    What the source or a form declares comes first and takes its headers; the rest is found by
    the contract's names, titles and aliases, unless the source declares a constant or `unused`.
    """
    keys = [header_key(name) for name in names]
    mapping = source.mapping(contract.table)
    form = form_of(names, contract) if source.canonical else None
    declared = _of_form(form, keys, contract) if form else mapping.columns
    found: dict[str, list[int]] = {}
    taken = {header_key(name) for name in source.unused}
    for column, value in declared.items():
        wanted = [header_key(header) for header in headers_of(value)]
        places = [place for place, key in enumerate(keys) if key in wanted]
        taken.update(wanted)
        if set(wanted) <= {keys[place] for place in places}:
            found[column] = places if isinstance(value, str) else places[:1]
    known = _known_headers(contract)
    for place, key in enumerate(keys):
        name = known.get(key) if key and key not in taken else None
        if name and name not in declared and name not in mapping.constants:
            found.setdefault(name, []).append(place)
    return _split_organisation(found, keys, contract)


def form_of(names: Iterable[Cell], contract: Contract) -> Form | None:
    """The known form that has this header."""
    if not contract.forms:
        return None
    keys = {header_key(name) for name in names}
    return next(
        (form for form in contract.forms if all(_key(one) in keys for one in form.headers)), None
    )


def _of_form(form: Form, keys: Sequence[str], contract: Contract) -> dict[str, str]:
    """The form's columns; a key column that somebody has added to the form counts as the key."""
    known = _known_headers(contract)
    added = {known.get(key) for key in keys} & set(contract.key)
    return {column: header for column, header in form.columns if column not in added}


def known_keys(contracts: Mapping[str, Contract], source: Source) -> set[str]:
    """Every header that means something in any dataset or known form, as it is compared."""
    declared: list[str] = []
    for form in (form for contract in contracts.values() for form in contract.forms):
        declared += [*form.headers, *(header for _, header in form.columns)]
        declared += [form.resource.header] if form.resource else []
    known = {_key(header) for header in declared} | declared_keys(source)
    return known.union(*(_known_headers(contract) for contract in contracts.values()))


def declared_keys(source: Source) -> set[str]:
    """Every header that a source reads, also as a part of a column, as it is compared."""
    mappings = [source.mapping(dataset) for dataset in (source.dataset, *source.derives)]
    values = [value for mapping in mappings for value in mapping.columns.values()]
    return {_key(header) for value in values for header in headers_of(value)}


@cache
def _known_headers(contract: Contract) -> dict[str, str]:
    """Header → canonical column; names and titles win over another column's alias."""
    known = {_key(alias): one.name for one in contract.columns for alias in one.aliases}
    known.update({_key(one.title): one.name for one in contract.columns})
    known.update({_key(one.name): one.name for one in contract.columns})
    return known


def _split_organisation(
    found: dict[str, list[int]], keys: list[str], contract: Contract
) -> dict[str, list[int]]:
    """提供方 beside a column of codes is the column of names: it may hold either."""
    owner = contract.owner
    if owner is None or owner.name is None or owner.name in found:
        return found
    codes = found.get(owner.code, [])
    either = [place for place in codes if keys[place] == "提供方"]
    if len(either) == 1 < len(codes):
        found[owner.code] = [place for place in codes if place not in either]
        found[owner.name] = either
    return found


def alike(
    names: Sequence[Cell], free: Iterable[int], columns: Iterable[str], contract: Contract
) -> list[Likeness]:
    """What the headers at the `free` places resemble among these columns, the most alike first.

    Each place is named once, with the column that it resembles most.
    """
    wanted = set(columns)
    known = [(key, name) for key, name in _known_headers(contract).items() if name in wanted]
    found = []
    for place in free:
        key = header_key(names[place])
        if not key or not known:
            continue
        share, known_as, column = max(
            (_share(key, written), written, name) for written, name in known
        )
        found.append(Likeness(place, column, known_as, share))
    return sorted(found, key=lambda one: (-one.share, one.place))


def could_be(name: Cell, contract: Contract) -> list[str]:
    """The columns with a known header of which this one is a part, as 代码 is of 目录代码; one
    that is known itself is that column's."""
    key, known = header_key(name), _known_headers(contract)
    if key in known:
        return [known[key]]
    if len(key) < _SHORTEST_PART:
        return []
    found = {column for header, column in known.items() if key in header}
    return [column for column in contract.names if column in found]


def _share(one: str, other: str) -> float:
    if _NOTE.sub("", one) == other:
        return _WITHOUT_NOTE
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
