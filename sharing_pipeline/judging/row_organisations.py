"""Whom the rows of a batch count for: the organisation that they name, by its code.

Nobody is guessed: a name that nobody or several have goes back to its sender.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.dataset_traits import Owner
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.rules import Rule, findings
from sharing_pipeline.judging.judged_batch import Judged

PROVIDER = "提供方"
"""What a message calls the responsible organisation, whichever column holds it."""

OWN_CODE_SEPARATOR = ":"
"""Stands between source and name in the code of a department that no list knows: two cities'
portals both have a 市教育局."""


def judge_organisations(
    judged: Judged,
    contract: Contract,
    owner: Owner,
    rules: dict[str, Rule],
    organisations: Organisations,
    own_organisations: set[int],
) -> None:
    """Replaces what is written by the organisation's code; whoever isn't known goes back.

    Another organisation that a row names may be unknown: it doesn't answer for the row.
    """
    code, name = owner.code, owner.name
    frame = judged.frame
    written = frame[code].where(frame[code].notna(), frame[name]) if name else frame[code]
    by_code = frame[code].notna()
    own = frame["submission"].isin(own_organisations)
    known = written.map(_lookup(written, organisations.find)).astype("str")
    frame[code] = known.mask(own, own_code(frame["source"], written))
    for named in contract.columns:
        if named.type == "organisation" and named.name != code:
            _look_up(frame, named.name, organisations)
    spoilt = frame[f"{code}__damaged"] & ~judged.duplicate
    damaged = frame.loc[spoilt, f"{code}__unread"]
    judged.refuse(findings(rules["code_damaged"], damaged, code, PROVIDER))
    remaining = ~judged.duplicate & ~spoilt & frame[code].isna()
    missing = written[remaining & written.isna()]
    judged.refuse(findings(rules["organisation_missing"], missing, code, PROVIDER))
    for column, unknown in (
        (code, written[remaining & by_code]),
        (name or code, written[remaining & written.notna() & ~by_code]),
    ):
        _judge_unknown(judged, rules, organisations, unknown, column)
    if name:
        beside = frame.loc[by_code & ~own & ~judged.duplicate, [code, name]].dropna()
        _judge_names(judged, rules, organisations, beside)


def _look_up(frame: pd.DataFrame, name: str, organisations: Organisations) -> None:
    """Replaces an organisation by its code; one that isn't known stays, marked as unread."""
    named = frame[name]
    found = named.map(_lookup(named, organisations.find)).astype("str")
    frame[f"{name}__unread"] = named.where(found.isna() & named.notna())
    frame[name] = found.fillna(named)


def _judge_unknown(
    judged: Judged,
    rules: dict[str, Rule],
    organisations: Organisations,
    unknown: pd.Series,
    column: str,
) -> None:
    """Whoever is written in this column is nobody in the list, or may be several."""
    several = {
        int(str(position)): "、".join(organisations.candidates(str(value)))
        for position, value in unknown.items()
        if len(organisations.candidates(str(value))) > 1
    }
    ambiguous = unknown.index.isin(list(several))
    judged.refuse(
        findings(rules["organisation_ambiguous"], unknown[ambiguous], column, PROVIDER, several)
    )
    judged.refuse(findings(rules["organisation_unknown"], unknown[~ambiguous], column, PROVIDER))


def _judge_names(
    judged: Judged, rules: dict[str, Rule], organisations: Organisations, written: pd.DataFrame
) -> None:
    """The code counts; a name beside it that is another organisation's is worth a look."""
    code, name = written.columns
    pairs = written.drop_duplicates()
    another = [
        organisations.names_another(str(named), str(known))
        for known, named in pairs.itertuples(index=False, name=None)
    ]
    if not any(another):
        return
    rows = written.reset_index(names="position").merge(pairs[pd.array(another, dtype="bool")])
    registered = {
        int(position): organisations.name_of(str(org_code))
        for position, org_code in zip(rows["position"], rows[code], strict=True)
    }
    differing = rows.set_index("position")[name]
    rule = rules["organisation_name_differs"]
    judged.refuse(findings(rule, differing, name, PROVIDER, registered))


def note_strangers(frame: pd.DataFrame, key: str, columns: Sequence[str]) -> None:
    """Marks references to rows of the same list that it doesn't have as not understood."""
    known = set(frame[key].dropna())
    for column in columns:
        stranger = frame[column].notna() & ~frame[column].isin(known)
        frame[f"{column}__unread"] = frame[f"{column}__unread"].mask(stranger, frame[column])


def own_code(source: pd.Series, name: pd.Series) -> pd.Series:
    """The code of a portal's own department: its name, told apart from other portals' ones."""
    return source + OWN_CODE_SEPARATOR + name


def _lookup(written: pd.Series, find: Callable[[str | None], str | None]) -> dict[str, str | None]:
    return {value: find(value) for value in written.dropna().unique()}
