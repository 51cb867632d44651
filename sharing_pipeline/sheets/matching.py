"""Finds out which of a sheet's headers is which canonical column.

A header matches by what the source declares, by a known form, or by a column's name, title or
alias. A header that only resembles one of them is never used, only shown to its sender.
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
_FILLING_NOTE = re.compile(
    r"(?<=.)[(\[【〔](?:必填项?|必选|选填项?|选择?项|可选|非必填|可不填|可为空|单选|多选|下拉.*|文本(?:格式)?"
    r"|条|个工作日|年[-/.]?月[-/.]?日|yyyy.*|格式.*|如.*|例.*|示例.*|全称|请?填写?全称|\d+位(?:编码|代码)?"
    r"|(?:不超过|限)?\d+个?[字汉]符?(?:以内|之内)?|注[\d一二三四五六七八九十]*|(?:由?系统)?自动生成"
    r"|(?:[^/、)]{1,12}[/、]){2,}[^/、)]{1,12}|(?:[^/、)]{1,12}[/、])+[^/、)]{0,12}(?:等|\.{3})"
    r"|是/否)[)\]】〕]$"
)
"""Notes in brackets behind a header that only explain how to fill in the column. A unit such as
万条 or a word such as 代码 makes it another column. A note that is missing here costs its sender a
question; one too many would put values into the wrong column."""
_NUMBERING = re.compile(
    r"(?:\((?:\d{1,2}|[一二三四五六七八九十]{1,3})\)|(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、:)])(?=\D)"
)
"""The number of the column before a header."""
_NOTE = re.compile(r"(?<=.)[(\[【〔].*[)\]】〕]$")
_WITHOUT_NOTE = 0.9
"""How alike a header counts that would match without its note in brackets: enough for a warning,
and never used, because the note may change what the column means."""
_SHORTEST_PART = 2
"""A single character is a part of too many headers to tell anything."""


class Likeness(NamedTuple):
    """How much a header resembles a column: `share` is 1 for equal texts and 0 for different ones.

    `place` is the header's, from 0; `known_as` is the column's name, title or alias.
    """

    place: int
    column: str
    known_as: str
    share: float


def header_key(text: Cell) -> str:
    """A header in the form in which headers are compared: without a number, without the * of a
    required column, and without a note on how to fill it in. Empty for no header."""
    if text is None or len(text) > _LONGEST_HEADER:
        return ""
    return _key(text)


@lru_cache(maxsize=1 << 16)
def _key(text: str) -> str:
    name = clean(text).strip("*:")
    numbering = _NUMBERING.match(name)
    name = name[numbering.end() :].strip("*") if numbering else name
    return _FILLING_NOTE.sub("", name)


def match(names: Sequence[Cell], contract: Contract, source: Source) -> dict[str, list[int]]:
    """Canonical column → places (from 0) of the headers that may be it.

    What the source or a form declares comes first and takes its headers. The other columns are
    found by the contract's names, titles and aliases, unless the source declares a constant for
    the column, or the header as `unused`.
    """
    keys = [header_key(name) for name in names]
    mapping = source.mapping(contract.table)
    form = form_of(names, contract) if source.canonical else None
    declared = _columns_of_form(form, keys, contract) if form else mapping.columns
    matches: dict[str, list[int]] = {}
    taken = {header_key(name) for name in source.unused}
    for column, value in declared.items():
        wanted = [header_key(header) for header in headers_of(value)]
        places = [place for place, key in enumerate(keys) if key in wanted]
        taken.update(wanted)
        if set(wanted) <= {keys[place] for place in places}:
            matches[column] = places if isinstance(value, str) else places[:1]
    known = _known_headers(contract)
    for place, key in enumerate(keys):
        name = known.get(key) if key and key not in taken else None
        if name and name not in declared and name not in mapping.constants:
            matches.setdefault(name, []).append(place)
    return _split_organisation(matches, keys, contract)


def form_of(names: Iterable[Cell], contract: Contract) -> Form | None:
    """The known form that has this header."""
    if not contract.forms:
        return None
    keys = {header_key(name) for name in names}
    return next(
        (form for form in contract.forms if all(_key(header) in keys for header in form.headers)),
        None,
    )


def _columns_of_form(form: Form, keys: Sequence[str], contract: Contract) -> dict[str, str]:
    """Canonical column → header of the form. A key column that somebody has added to the form
    comes before the form's own."""
    known = _known_headers(contract)
    added = {known.get(key) for key in keys} & set(contract.key)
    return {column: header for column, header in form.columns if column not in added}


def known_keys(contracts: Mapping[str, Contract], source: Source) -> set[str]:
    """The keys of all headers that these datasets, their forms and the source know."""
    declared: list[str] = []
    for form in (form for contract in contracts.values() for form in contract.forms):
        declared += [*form.headers, *(header for _, header in form.columns)]
        declared += [form.resource.header] if form.resource else []
    known = {_key(header) for header in declared} | declared_keys(source)
    return known.union(*(_known_headers(contract) for contract in contracts.values()))


def declared_keys(source: Source) -> set[str]:
    """The keys of all headers that a source reads, also as parts of a joined column."""
    mappings = [source.mapping(dataset) for dataset in (source.dataset, *source.derives)]
    values = [value for mapping in mappings for value in mapping.columns.values()]
    return {_key(header) for value in values for header in headers_of(value)}


@cache
def _known_headers(contract: Contract) -> dict[str, str]:
    """Header → canonical column; names and titles win over the alias of another column."""
    columns = contract.columns
    known = {_key(alias): column.name for column in columns for alias in column.aliases}
    known.update({_key(column.title): column.name for column in columns})
    known.update({_key(column.name): column.name for column in columns})
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
    """For each header at a `free` place, which of these columns it resembles most; the most alike
    come first."""
    wanted = set(columns)
    known = [(key, name) for key, name in _known_headers(contract).items() if name in wanted]
    likenesses = []
    for place in free:
        key = header_key(names[place])
        if not key or not known:
            continue
        share, known_as, column = max(
            (_share(key, written), written, name) for written, name in known
        )
        likenesses.append(Likeness(place, column, known_as, share))
    return sorted(likenesses, key=lambda likeness: (-likeness.share, likeness.place))


def could_be(name: Cell, contract: Contract) -> list[str]:
    """The columns that a header may be: the one that it is known for, or all those with a known
    header of which it is a part, as 代码 is of 目录代码."""
    key, known = header_key(name), _known_headers(contract)
    if key in known:
        return [known[key]]
    if len(key) < _SHORTEST_PART:
        return []
    candidates = {column for header, column in known.items() if key in header}
    return [column for column in contract.names if column in candidates]


def _share(key: str, known: str) -> float:
    if _NOTE.sub("", key) == known:
        return _WITHOUT_NOTE
    return SequenceMatcher(None, key, known, autojunk=False).ratio()
