"""Columns computed beside the sender's, so that a suite can speak about several cells at once.

Suites judge one cell, or two of one row. What needs neighbouring rows (names dragged down, said
twice), dates inside a list, or two texts that must differ is worked out here as a plain column,
named `<column>__<what>`, for every suite that mentions it. No rule and no text is here; they are
in expectations/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import pandas as pd

from sharing_pipeline.catalog.codes import clean
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.suites import Suite
from sharing_pipeline.judging.misassigned_codes import code_helpers

_LAST_NUMBER = re.compile(r"(.*?)(\d+)(\D*)", re.DOTALL)
_IN_BRACKETS = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]$")
_NOT_A_WORD = re.compile(r"[\W_]+")
_SHORTEST_DRAG = 3
_MOST_DIGITS = 18
"""Of a longer number only the end is counted: int() refuses thousands of digits."""


@dataclass(frozen=True)
class Known:
    """What rows are compared with. `organisations`: for what parent and child both say and for
    whose code an entry's begins with. `sharing_methods`: catalogue_code → the entry's
    sharing_method, for resources; without them nothing contradicts."""

    organisations: Organisations
    sharing_methods: Mapping[str, str]


def with_suite_columns(
    suite: Suite,
    frame: pd.DataFrame,
    *,
    organisations: Organisations | None = None,
    sharing_methods: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """`frame` with every helper column that the suite mentions; the rows stay in order."""
    known = Known(organisations or Organisations([]), sharing_methods or {})
    for names, compute in _HELPERS:
        if suite.mentioned.intersection(names):
            helpers = compute(frame, known)
            frame = frame.assign(**{name: helpers[name] for name in names})
    return frame


def _entry_names(frame: pd.DataFrame, known: Known) -> pd.DataFrame:
    """The name helpers; a predecessor's entries count as its successor's."""
    last, parents = known.organisations.last, known.organisations.parents
    heirs = frame.assign(org_code=_mapped(frame["org_code"], last))
    return name_helpers(heirs, {last(code): last(above) for code, above in parents.items()})


def _entry_codes(frame: pd.DataFrame, known: Known) -> pd.DataFrame:
    return code_helpers(frame, known.organisations)


def _lacking(frame: pd.DataFrame, _known: Known) -> pd.DataFrame:
    return frame["lacks"].str.contains(r"\bcycle\b").eq(True).to_frame("lacks__cycle")


def _sharing_methods(frame: pd.DataFrame, known: Known) -> pd.DataFrame:
    methods = frame["catalogue_code"].map(dict(known.sharing_methods)).astype("str")
    return methods.to_frame("entry_sharing_method")


def name_helpers(frame: pd.DataFrame, parents: Mapping[str, str] | None = None) -> pd.DataFrame:
    """What is odd about entry names, one boolean column for each oddity.

    `name__dragged`: one of 3 or more consecutive rows of one organisation whose names differ only
    in a rising last number. `name__near_duplicate`: but for case, width, spaces and punctuation,
    the same as an earlier name of the organisation. `name__parent_child`: so for its parent or
    child organisation. A predecessor's entries are to be given as its successor's.
    `name__is_system`: so the name of a system of this file, which may say
    more in brackets behind it.
    Reads catalogue_code, org_code, name and system_name.
    """
    cleaned = _mapped(frame["name"], clean)
    words = _mapped(cleaned, _words)
    near, related = _repeated(frame, words, parents or {})
    systems = _mapped(frame["system_name"], clean).dropna().unique().tolist()
    plain = {_words(_IN_BRACKETS.sub("", system)) for system in systems}
    return pd.DataFrame(
        {
            "name__dragged": _dragged(frame["org_code"], cleaned),
            "name__near_duplicate": near,
            "name__parent_child": related,
            "name__is_system": words.isin((plain | set(map(_words, systems))) - {""}),
        },
        index=frame.index,
    )


def _words(cleaned: str) -> str:
    """A name without punctuation."""
    return _NOT_A_WORD.sub("", cleaned)


def demand_helpers(frame: pd.DataFrame, _known: Known) -> pd.DataFrame:
    """The dates inside lists, and what an item says about itself.

    `returned_on__first`, `returned_on__last`, `resubmitted_on__last`: the earliest and the latest
    of the dates in a list. `resubmitted_on__out_of_order`: a resubmission without its return, or
    before it. `merged_into__self`: merged into itself.
    """
    pairs = zip(frame["returned_on"].tolist(), frame["resubmitted_on"].tolist(), strict=True)
    return pd.DataFrame(
        {
            "returned_on__first": _one_of(frame["returned_on"], min),
            "returned_on__last": _one_of(frame["returned_on"], max),
            "resubmitted_on__last": _one_of(frame["resubmitted_on"], max),
            "resubmitted_on__out_of_order": [_out_of_order(*pair) for pair in pairs],
            "merged_into__self": frame["merged_into"].eq(frame["demand_id"]),
        },
        index=frame.index,
    )


def organisation_helpers(frame: pd.DataFrame, _known: Known) -> pd.DataFrame:
    """`parent__self`, `successor__self`: the organisation names itself."""
    return pd.DataFrame(
        {
            "parent__self": frame["parent"].eq(frame["org_code"]),
            "successor__self": frame["successor"].eq(frame["org_code"]),
        }
    )


_HELPERS: tuple[tuple[tuple[str, ...], Callable[[pd.DataFrame, Known], pd.DataFrame]], ...] = (
    (
        ("name__dragged", "name__near_duplicate", "name__parent_child", "name__is_system"),
        _entry_names,
    ),
    (
        ("catalogue_code__of_other", "catalogue_code__unlike", "catalogue_code__rounded"),
        _entry_codes,
    ),
    (("lacks__cycle",), _lacking),
    (("entry_sharing_method",), _sharing_methods),
    (
        (
            "returned_on__first", "returned_on__last", "resubmitted_on__last",
            "resubmitted_on__out_of_order", "merged_into__self",
        ),
        demand_helpers,
    ),
    (("parent__self", "successor__self"), organisation_helpers),
)  # fmt: skip
"""Helper columns, and what works those of a group out."""


def _mapped(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Each distinct text changed once; empty stays empty."""
    positions, distinct = pd.factorize(texts)
    changed = pd.Series([change(text) for text in distinct.tolist()], dtype="str").array
    return pd.Series(changed.take(positions, allow_fill=True), index=texts.index)


def _dragged(orgs: pd.Series, names: pd.Series) -> list[bool]:
    """Which rows belong to a run of names that count up."""
    parts = [_counted(*pair) for pair in zip(orgs.tolist(), names.tolist(), strict=True)]
    flags, start = [False] * len(parts), 0
    for row in range(1, len(parts) + 1):
        if row < len(parts) and _counts_up(parts[row - 1], parts[row]):
            continue
        if row - start >= _SHORTEST_DRAG:
            flags[start:row] = [True] * (row - start)
        start = row
    return flags


_Counted = tuple[object, str, str, int] | None


def _counted(org: object, name: object) -> _Counted:
    """The organisation, the name before and after its last number, and that number."""
    match = _LAST_NUMBER.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        return None
    before, digits, after = match.groups()
    return org, before + digits[:-_MOST_DIGITS], after, int(digits[-_MOST_DIGITS:])


def _counts_up(earlier: _Counted, later: _Counted) -> bool:
    if earlier is None or later is None:
        return False
    return earlier[:3] == later[:3] and earlier[3] < later[3]


def _repeated(
    frame: pd.DataFrame, words: pd.Series, parents: Mapping[str, str]
) -> tuple[list[bool], list[bool]]:
    """Which rows say another entry's name again: one of the organisation, of parent or child.

    An entry that two files of one night bring is one entry, by its code.
    """
    near, related = [False] * len(words), [False] * len(words)
    own: dict[tuple[str, str], str] = {}
    below: dict[tuple[str, str], str] = {}
    codes, orgs = frame["catalogue_code"].tolist(), frame["org_code"].tolist()
    names = words.tolist()
    again = words.duplicated(keep=False) & words.notna() & words.ne("")
    for row in again.to_numpy().nonzero()[0].tolist():
        code, org, name = codes[row], orgs[row], names[row]
        parent = parents.get(org, "")
        near[row] = own.get((org, name), code) != code
        relatives = {own.get((parent, name), code), below.get((org, name), code)}
        related[row] = relatives != {code}
        own.setdefault((org, name), code)
        below.setdefault((parent, name), code)
    return near, related


def _one_of(lists: pd.Series, pick: Callable[[list[str]], str]) -> pd.Series:
    """One date of each list of dates, as a date."""
    dates = [[day for day in str(text).split(";") if day] for text in lists.fillna("").tolist()]
    return pd.Series(
        [pick(days) if days else None for days in dates], index=lists.index, dtype="datetime64[s]"
    )


def _out_of_order(returned: object, resubmitted: object) -> bool:
    """Whether the i-th resubmission lacks the i-th return, or the two lists don't alternate."""
    if not isinstance(resubmitted, str):
        return False
    returns = returned.split(";") if isinstance(returned, str) else []
    resubmissions = resubmitted.split(";")
    if any(day for day in resubmissions[len(returns) :]):
        return True
    turns = [day for pair in zip_longest(returns, resubmissions) for day in pair if day]
    return turns != sorted(turns)
