"""Organisations: who answers for whom on a day, who is below whom, who is meant by a name.

Small enough for Python: a city has hundreds of them. Rows come from the ledger's latest
organisation submission; nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sharing_pipeline.catalog.codes import clean


@dataclass(frozen=True)
class Organisation:
    """One organisation; `valid_to` is its last day, `successor` answers for it afterwards."""

    org_code: str
    org_name: str
    level: str | None = None
    region: str | None = None
    parent: str | None = None
    chief_data_officer: str | None = None
    data_officer: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    successor: str | None = None

    def valid_on(self, day: date) -> bool:
        """Whether the organisation exists on that day; both ends are inclusive."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class Organisations:
    """The organisations of one home folder at one moment."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self.by_code = {organisation.org_code: organisation for organisation in organisations}
        self._by_name = _names(self.by_code.values())

    def find(self, written: str | None) -> str | None:
        """The code of the organisation that a cell's code, name or alias means, if just one."""
        if not written:
            return None
        if written in self.by_code:
            return written
        candidates = self.candidates(written)
        return candidates[0] if len(candidates) == 1 else None

    def candidates(self, written: str) -> list[str]:
        """The codes of all organisations with that name or alias."""
        return self._by_name.get(clean(written), [])

    def names_another(self, name: str, org_code: str) -> bool:
        """Whether a name is surely not this organisation's: others have it, none of them before
        or after it."""
        candidates = self.candidates(name)
        return bool(candidates) and not any(
            self.succeeds(candidate, org_code) or self.succeeds(org_code, candidate)
            for candidate in candidates
        )

    def name_of(self, org_code: str) -> str:
        """The organisation's name, its code for one that is not in the list."""
        organisation = self.by_code.get(org_code)
        return organisation.org_name if organisation else org_code

    def answering(self, org_code: str, day: date) -> str:
        """Who answers for an organisation on a day: successors of expired ones, chains followed."""
        seen = {org_code}
        while (organisation := self.by_code.get(org_code)) and organisation.successor:
            if (
                organisation.valid_to is None
                or organisation.valid_to >= day
                or organisation.successor in seen
            ):
                break
            org_code = organisation.successor
            seen.add(org_code)
        return org_code

    def last(self, org_code: str) -> str:
        """The end of the chain of successors."""
        seen: set[str] = set()
        while (
            org_code not in seen
            and (organisation := self.by_code.get(org_code))
            and organisation.successor
        ):
            seen.add(org_code)
            org_code = organisation.successor
        return org_code

    def succeeds(self, later: str, earlier: str) -> bool:
        """Whether `later` is `earlier` or follows it in the chain of successors."""
        seen: set[str] = set()
        while earlier not in seen:
            if earlier == later:
                return True
            seen.add(earlier)
            organisation = self.by_code.get(earlier)
            if organisation is None or not organisation.successor:
                return False
            earlier = organisation.successor
        return False

    def ancestors(self, org_code: str, day: date) -> list[str]:
        """The organisation itself and everyone above it on that day, nearest first."""
        chain: list[str] = []
        current: str | None = self.answering(org_code, day)
        while current and current not in chain:
            chain.append(current)
            organisation = self.by_code.get(current)
            current = (
                self.answering(organisation.parent, day)
                if organisation and organisation.parent
                else None
            )
        return chain

    @property
    def parents(self) -> dict[str, str]:
        """Each organisation's parent, of those that have one."""
        return {
            code: organisation.parent
            for code, organisation in self.by_code.items()
            if organisation.parent
        }


class AnyOrganisation(Organisations):
    """Stands in where no list is known: whoever a cell names is taken at its word."""

    def __init__(self) -> None:
        super().__init__([])

    def find(self, written: str | None) -> str | None:
        """What is written, as its own code."""
        return written or None


def from_rows(rows: Iterable[Mapping[str, object]]) -> Organisations:
    """Organisations from table rows with the contract's column names."""
    return Organisations(_organisation(row) for row in rows)


def _organisation(row: Mapping[str, object]) -> Organisation:
    names = Organisation.__dataclass_fields__
    values = {name: value for name, value in row.items() if name in names and value is not None}
    aliases = str(values.pop("aliases", "") or "").replace("；", ";").split(";")
    return Organisation(**values, aliases=tuple(a.strip() for a in aliases if a.strip()))  # type: ignore[arg-type]  # columns are checked at intake


def _names(organisations: Iterable[Organisation]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for organisation in organisations:
        for name in {
            clean(organisation.org_name),
            *(clean(alias) for alias in organisation.aliases),
        }:
            names.setdefault(name, []).append(organisation.org_code)
    return {name: sorted(codes) for name, codes in names.items()}
