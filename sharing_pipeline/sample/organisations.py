"""The organisations of the sample city: a tree of governments and their departments.

Their codes, names, aliases, mailboxes and mergers are decided here, and how weak each of them is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import numpy as np

from sharing_pipeline.sample.words import Department, Merger, Place, Words

MAIL_DOMAIN = "shangrao.example"
"""A name under .example (RFC 2606), so that no mail of the sample can reach anybody."""

FOUNDED_ON = date(2010, 1, 1)
CITY_WEIGHT = 4.0
"""A department of the city has so many times as many entries as one of a county."""

GOVERNMENT_WEIGHT = 0.5
FORMER_WEIGHT = 0.6
WEAK_SHARE = 0.12
WEAK_FACTOR = 9.0
"""A weak organisation, one in eight, misses so many times as often as the others."""


@dataclass(frozen=True)
class Organisation:
    """An organisation. `weight` is its part of all entries, `place` the city, county or zone whose
    files have its rows."""

    org_code: str
    org_name: str
    level: str
    region: str
    parent: str
    aliases: str
    topics: tuple[str, ...]
    system: str
    place: str
    weight: float
    valid_from: date = FOUNDED_ON
    valid_to: date | None = None
    successor: str = ""

    def cells(self) -> dict[str, str]:
        """Its row of organisations.csv."""
        names = ("org_code", "org_name", "level", "region", "parent")
        fields = asdict(self)
        return {
            **{name: fields[name] for name in names},
            "chief_data_officer": f"shouxi-shujuguan.{self.org_code.lower()}@{MAIL_DOMAIN}",
            "data_officer": f"shuju-zhuanyuan.{self.org_code.lower()}@{MAIL_DOMAIN}",
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else "",
            "aliases": self.aliases,
            "successor": self.successor,
        }


def _department_code(place: Place, department: Department) -> str:
    return f"{place.code}{department.number:03d}"


def _government_code(place: Place) -> str:
    return f"{place.code}000"


def _government(place: Place, words: Words) -> Organisation:
    body = {"city": "人民政府", "county": "人民政府", "zone": "管理委员会"}[place.kind]
    short = {"city": "市政府", "county": f"{place.name}政府", "zone": f"{place.name}管委会"}
    is_city = place.kind == "city"
    return Organisation(
        org_code=_government_code(place),
        org_name=f"{place.name}{body}",
        level="市" if is_city else "县",
        region=place.code,
        parent="" if is_city else _government_code(words.city),
        aliases=short[place.kind],
        topics=() if is_city else words.government_topics,
        system=f"{place.name}政府网站集约化平台",
        place=place.name,
        weight=0.0 if is_city else GOVERNMENT_WEIGHT,
    )


def _department(place: Place, department: Department) -> Organisation:
    is_city = place.kind == "city"
    return Organisation(
        org_code=_department_code(place, department),
        org_name=f"{place.name}{department.names[place.kind]}",
        level="市" if is_city else "县",
        region=place.code,
        parent=_government_code(place),
        aliases=f"{'市' if is_city else place.name + '·'}{department.short}",
        topics=department.topics,
        system=f"{place.name}{department.system}",
        place=place.name,
        weight=CITY_WEIGHT if is_city else 1.0,
    )


def _merged(number: int, merger: Merger, words: Words, on: date) -> Organisation:
    """A former department of the city, with its own name and the topics of its successor."""
    successor = words.department(merger.into)
    name = f"{words.city.name}{merger.name}"
    return Organisation(
        org_code=f"{words.city.code}{900 + number}",
        org_name=name,
        level="市",
        region=words.city.code,
        parent=_government_code(words.city),
        aliases=f"市{merger.name}",
        topics=successor.topics,
        system=f"{name}业务系统",
        place=words.city.name,
        weight=FORMER_WEIGHT,
        valid_to=on - timedelta(days=merger.last_days_ago),
        successor=_department_code(words.city, successor),
    )


def _renamed(words: Words) -> list[Organisation]:
    """The former county, with those of its departments that catalogues still name."""
    renaming = words.renaming
    into = next(place for place in words.places if place.code == renaming.into)
    kept = [words.department(key) for key in renaming.departments]
    former = [_government(renaming.place, words)]
    former += [_department(renaming.place, department) for department in kept]
    successors = [
        _government_code(into),
        *(_department_code(into, department) for department in kept),
    ]
    return [
        replace(
            organisation,
            place=into.name,
            weight=FORMER_WEIGHT,
            valid_to=renaming.last_day,
            successor=successor,
        )
        for organisation, successor in zip(former, successors, strict=True)
    ]


def build_organisations(words: Words, on: date) -> list[Organisation]:
    """All organisations in the order of their codes; mergers are dated back from `on`."""
    organisations = [_government(words.city, words)]
    for place in (words.city, *words.places):
        if place.kind != "city":
            organisations.append(_government(place, words))
        organisations += [
            _department(place, department)
            for department in words.departments
            if place.kind in department.names
        ]
    organisations += [
        _merged(number, merger, words, on) for number, merger in enumerate(words.mergers, start=1)
    ]
    organisations += _renamed(words)
    return sorted(organisations, key=lambda organisation: organisation.org_code)


def draw_weakness(rng: np.random.Generator, organisation_count: int) -> np.ndarray:
    """How readily each organisation misses each of the three indicators, in the shape (n, 3).

    A weak organisation is weak in all three, so that it can be recognised on the pages.
    """
    weak = rng.random(organisation_count) < WEAK_SHARE
    own = rng.lognormal(0.0, 0.5, (organisation_count, 3))
    return own * np.where(weak, WEAK_FACTOR, 1.0)[:, None]
