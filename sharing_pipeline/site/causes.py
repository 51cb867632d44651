"""What keeps a rate where it is: how many subjects have which outcome for which reason.

Counts rows of the published assessment. What reasons are called is in catalog/reasons.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sharing_pipeline.catalog.reasons import Text, load_texts
from sharing_pipeline.site.published_night import Figure, PageContents, Row
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake

FURTHEST = 5
"""How many organisations are named as the furthest from their target."""


@dataclass(frozen=True)
class Cause:
    """One reason: how often it decided, what it is called and what to do about it."""

    reason: str
    says: str
    do: str
    count: int


@dataclass(frozen=True)
class Causes:
    """One indicator's reasons by outcome, the most frequent first."""

    figure: Figure
    unit: str
    met: list[Cause]
    missed: list[Cause]
    excluded: list[Cause]
    furthest: list[Row]


def read_causes(page: PageContents) -> list[Causes]:
    """The reasons of every indicator."""
    texts = load_texts(page.settings.catalog).reasons
    with Engine(page.settings) as engine:
        return [_causes(engine, Lake(page.settings), texts, figure) for figure in page.figures]


def _causes(engine: Engine, lake: Lake, texts: Mapping[str, Text], figure: Figure) -> Causes:
    path = lake.path(figure.publication.assessment_path)
    engine.view_files("assessed", [path], {"outcome": "VARCHAR", "reason": "VARCHAR"})
    found = engine.query("published/reason_counts", {"assessment": "assessed"})

    def of(outcome: str) -> list[Cause]:
        return [
            Cause(reason, texts[reason].says, texts[reason].do, count)
            for which, reason, count in found
            if which == outcome
        ]

    return Causes(
        figure=figure,
        unit=figure.unit,
        met=of("met"),
        missed=of("missed"),
        excluded=of("excluded"),
        furthest=_furthest(figure),
    )


def _furthest(figure: Figure) -> list[Row]:
    short = [row for row in figure.rows("org") if row["shortfall"]]
    return sorted(short, key=lambda row: (-row["shortfall"], row["scope_code"]))[:FURTHEST]
