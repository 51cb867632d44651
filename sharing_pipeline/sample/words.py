"""Reads words.yaml: the places, departments, aspects and fields that names are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

WORDS = Path(__file__).parent / "words.yaml"


@dataclass(frozen=True)
class Place:
    """The city, a county or a zone; the codes of its organisations begin with `code`."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Department:
    """A kind of department; `names` has its name in a city, a county or a zone that has it."""

    key: str
    number: int
    short: str
    system: str
    topics: tuple[str, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class Aspect:
    """The kind of data that an entry holds about a topic, how often it is drawn, and the update
    cycles that suit it."""

    word: str
    weight: float
    cycles: tuple[str, ...]
    api: bool


@dataclass(frozen=True)
class Merger:
    """A department of the city that was merged into another; its last day was `last_days_ago`
    before D."""

    name: str
    into: str
    last_days_ago: int


@dataclass(frozen=True)
class Renaming:
    """A county that was renamed, and those of its departments that catalogues still name."""

    place: Place
    into: str
    last_day: date
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """The contents of words.yaml."""

    city: Place
    government: str
    places: tuple[Place, ...]
    renaming: Renaming
    mergers: tuple[Merger, ...]
    aspects: tuple[Aspect, ...]
    fields: tuple[tuple[str, str, str, int], ...]
    government_topics: tuple[str, ...]
    departments: tuple[Department, ...]

    def department(self, key: str) -> Department:
        """The department with this key."""
        return next(department for department in self.departments if department.key == key)


def _departments(raw: list[dict]) -> tuple[Department, ...]:
    kinds = ("city", "county", "zone")
    return tuple(
        Department(
            key=entry["key"],
            number=number,
            short=entry["short"],
            system=entry["system"],
            topics=tuple(entry["topics"]),
            names={kind: entry[kind] for kind in kinds if kind in entry},
        )
        for number, entry in enumerate(raw, start=1)
    )


@cache
def load_words() -> Words:
    """The contents of words.yaml, which are read only once."""
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    renamed = raw["renamed"]
    return Words(
        city=Place(raw["city"]["code"], raw["city"]["name"], "city"),
        government=raw["city"]["government"],
        places=(
            *(Place(kind="county", **entry) for entry in raw["counties"]),
            *(Place(kind="zone", **entry) for entry in raw["zones"]),
        ),
        renaming=Renaming(
            place=Place(renamed["code"], renamed["name"], "county"),
            into=renamed["into"],
            last_day=renamed["last_day"],
            departments=tuple(renamed["departments"]),
        ),
        mergers=tuple(Merger(**entry) for entry in raw["merged"]),
        aspects=tuple(
            Aspect(entry["word"], entry["weight"], tuple(entry["cycles"]), entry.get("api", False))
            for entry in raw["aspects"]
        ),
        fields=tuple((*entry,) for entry in raw["fields"]),
        government_topics=tuple(raw["government_topics"]),
        departments=_departments(raw["departments"]),
    )
