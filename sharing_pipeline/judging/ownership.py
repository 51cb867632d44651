"""A catalogue code belongs to one organisation: whoever claims another's goes back.

Owned is what is in force after all files of the night, so an entry can move when its former
organisation leaves it out; a predecessor is not another (inputs.md §5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.judging.batch import Arrival


def foreign_claims(
    owned: pd.DataFrame,
    rows: pd.DataFrame,
    kept: pd.DataFrame,
    arrivals: Sequence[Arrival],
    held: set[tuple[int, str]],
    organisations: Organisations,
) -> dict[int, str]:
    """Positions of rows whose code belongs to another organisation, with that organisation.

    `owned`: in force before the night (source, key, org_code). `rows`: the night's accepted rows
    (indexed by position; submission, source, key, org_code). `kept`: (submission, key) of rows
    sent back. `held`: (submission, org_code) of parts that don't go in yet.
    """
    going_in = rows[
        [pair not in held for pair in zip(rows["submission"], rows["org_code"], strict=True)]
    ] if held else rows  # fmt: skip
    night = _Night(going_in, kept, arrivals, held, organisations)
    owners = owned.rename(columns={"org_code": "owner", "source": "owner_source"})
    refused = night.refused(going_in.reset_index(names="position").merge(owners, on="key"))
    # What is left may still be claimed by two organisations in this very night.
    remaining = going_in.drop(index=list(refused))
    first = remaining.groupby("key")[["org_code", "source"]].transform("first")
    claims = remaining.assign(owner=first["org_code"], owner_source=first["source"])
    refused |= night.refused(claims.reset_index(names="position"))
    # A held part is judged like one that goes in: a person's word is on its size alone.
    waiting = rows.drop(index=going_in.index).reset_index(names="position")
    tonight = claims[["key", "owner", "owner_source"]]
    return refused | night.refused(waiting.merge(pd.concat([owners, tonight]), on="key"))


@dataclass
class _Night:
    """A night's rows, asked who still lists what after all of its files."""

    rows: pd.DataFrame
    kept: pd.DataFrame
    arrivals: Sequence[Arrival]
    held: set[tuple[int, str]]
    organisations: Organisations
    _listed: dict[tuple[str, str], set[str] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_number = {arrival.submission: arrival for arrival in self.arrivals}

    def refused(self, claims: pd.DataFrame) -> dict[int, str]:
        """Positions of the claims on what another organisation has and doesn't let go."""
        different = claims[claims["owner"] != claims["org_code"]]
        names = ("position", "submission", "org_code", "owner", "owner_source", "key")
        return {
            position: owner
            for position, submission, claiming, owner, source, key in zip(
                *(different[name].tolist() for name in names), strict=True
            )
            if self._is_another(claiming, owner, submission)
            and not self._released(owner, source, key)
        }

    def _is_another(self, claiming: str, owner: str, submission: int) -> bool:
        """Neither a predecessor nor whoever answers for it on that day is another."""
        day = self._by_number[submission].effective_on
        answering = self.organisations.answering
        return not self.organisations.succeeds(claiming, owner) and (
            answering(claiming, day) != answering(owner, day)
        )

    def _released(self, owner: str, source: str, key: str) -> bool:
        """Whether the owner's part was replaced in this night and leaves the code out."""
        if (owner, source) not in self._listed:
            self._listed[owner, source] = self._still_listed(owner, source)
        listed = self._listed[owner, source]
        return listed is not None and key not in listed

    def _still_listed(self, owner: str, source: str) -> set[str] | None:
        """The codes that the owner's last full submission and what follows it hold; None when
        nothing in the night replaces the owner's part."""
        of_owner = self.rows[(self.rows["source"] == source) & (self.rows["org_code"] == owner)]
        senders = set(of_owner["submission"])
        replacing = [
            _order(arrival)
            for arrival in self.arrivals
            if arrival.mode == "full"
            and arrival.source.name == source
            and (arrival.submission in senders or self._empties(arrival, owner))
        ]
        if not replacing:
            return None
        since = {
            arrival.submission for arrival in self.arrivals if _order(arrival) >= max(replacing)
        }
        return set(of_owner.loc[of_owner["submission"].isin(since), "key"]) | set(
            self.kept.loc[self.kept["submission"].isin(since), "key"]
        )

    def _empties(self, arrival: Arrival, owner: str) -> bool:
        """A whole export that leaves the owner out empties it, unless that is held."""
        return arrival.whole and (arrival.submission, owner) not in self.held


def _order(arrival: Arrival) -> tuple[date, int]:
    """Later ones replace: by their day, then by receipt."""
    return arrival.effective_on, arrival.submission
