"""Catalogue codes that don't fit the organisation that reports them: copied, or a wrong provider.

Cities number in different ways: organisation's code and serial, region and serial, a system's
letters, hashes and UUIDs. So a code is odd only against what the other codes show, and where they
show nothing, nothing is said. Boolean columns for the suite; no text is here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd

from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.values.identifiers import may_be_rounded

_SHORTEST_ORG_CODE = 6
"""Shorter codes stand at the beginning of others by chance."""
_FEWEST_OTHERS = 10
_DOMINANT_SHARE = 0.9
"""From this share of an organisation's codes on, one beginning, or an end in zeros, is usual."""
_DIGITS_OF_A_NUMBER = 15
_FEWEST_ROUNDED = 5
_TO_SEPARATOR = re.compile(r"(.*[-_/.:：—])[^-_/.:：—]+")
_LETTERS = re.compile(r"([A-Za-z\u4e00-\u9fff]+)\d+")


def code_helpers(frame: pd.DataFrame, organisations: Organisations) -> pd.DataFrame:
    """What is odd about the entries' codes, by the organisations that are known.

    `catalogue_code__of_other`: it begins with another organisation's code.
    `catalogue_code__unlike`: it begins otherwise than nearly all others of its organisation.
    `catalogue_code__rounded`: it and nearly all long numbers of its organisation end in zeros.
    Reads catalogue_code and org_code.
    """
    codes, orgs = frame["catalogue_code"].tolist(), frame["org_code"].tolist()
    entries = [(str(code), str(org)) for code, org in zip(codes, orgs, strict=True)]
    known = {code for code in organisations.by_code if len(code) >= _SHORTEST_ORG_CODE}
    of_other = _of_other(entries, known, organisations)
    unlike = [
        is_unlike and not of_another
        for is_unlike, of_another in zip(_unlike(entries, known), of_other, strict=True)
    ]
    flags = {"of_other": of_other, "unlike": unlike, "rounded": _rounded(entries)}
    return pd.DataFrame(
        {f"catalogue_code__{name}": flag for name, flag in flags.items()}, index=frame.index
    )


_Entry = tuple[str, str]
"""An entry's code and its organisation's."""


def _of_other(
    entries: Sequence[_Entry], known: set[str], organisations: Organisations
) -> list[bool]:
    """Codes that begin with another's code.

    With a separator behind it that is certain. Without, 361102 and a serial may begin like
    361102001 by chance: it counts where more codes begin with their own organisation's.
    """
    lengths = sorted({len(code) for code in known}, reverse=True)
    foreign: dict[int, bool] = {}
    own = 0
    for place, (code, org) in enumerate(entries):
        if org not in known or code.startswith(org):
            own += org in known
            continue
        owner = next((code[:length] for length in lengths if code[:length] in known), None)
        if owner is not None and not _may_number_for(org, owner, organisations):
            foreign[place] = not code[len(owner) :][:1].isalnum()
    by_organisation = own >= len(foreign)
    return [
        foreign.get(place, False) or (place in foreign and by_organisation)
        for place in range(len(entries))
    ]


def _rounded(entries: Sequence[_Entry]) -> list[bool]:
    """Numbers of more than fifteen digits, where nearly all of their organisation's have nothing
    but zeros behind the fifteenth: a spreadsheet has cut them off, or they end so."""
    long: dict[str, set[str]] = defaultdict(set)
    for code, org in entries:
        if len(code) > _DIGITS_OF_A_NUMBER and code.isdecimal():
            long[org].add(code)
    cut = set()
    for org, codes in long.items():
        count = sum(map(may_be_rounded, codes))
        if count >= _FEWEST_ROUNDED and count >= _DOMINANT_SHARE * len(codes):
            cut.add(org)
    return [org in cut and may_be_rounded(code) for code, org in entries]


def _may_number_for(org: str, owner: str, organisations: Organisations) -> bool:
    """Whether an organisation may have entries under the owner's code: those of one that it
    succeeded, and those of one above it, whose code may be the region's."""
    return organisations.succeeds(org, owner) or owner in _above(org, organisations.parents)


def _above(org: str, parents: Mapping[str, str]) -> list[str]:
    chain: list[str] = []
    while (above := parents.get(chain[-1] if chain else org)) and above not in chain:
        chain.append(above)
    return chain


def _unlike(entries: Sequence[_Entry], known: set[str]) -> list[bool]:
    """Codes without the beginning that nearly all codes of their organisation have."""
    beginnings: dict[str, Counter[str]] = defaultdict(Counter)
    for code, org in entries:
        is_own = org in known and code.startswith(org)
        beginnings[org][org if is_own else _beginning(code)] += 1
    usual = {org: start for org, counted in beginnings.items() if (start := _usual(counted))}
    return [not code.startswith(usual.get(org, "")) for code, org in entries]


def _usual(beginnings: Counter[str]) -> str:
    """The beginning that is clearly dominant; empty without one."""
    [(start, count)] = beginnings.most_common(1)
    total = beginnings.total()
    return start if total > _FEWEST_OTHERS and count >= _DOMINANT_SHARE * total else ""


def _beginning(code: str) -> str:
    """What precedes the serial: all up to the last separator, or letters before digits; empty
    where nothing can be told apart."""
    match = _TO_SEPARATOR.fullmatch(code) or _LETTERS.fullmatch(code)
    return match.group(1) if match else ""
