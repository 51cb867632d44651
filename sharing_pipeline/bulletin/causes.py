"""What keeps a rate where it is: how many subjects have which outcome for which reason.

Counts rows of the published assessment. What reasons are called is in catalog/reasons.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

from sharing_pipeline.bulletin.shown import Figure, Row, Shown
from sharing_pipeline.bulletin.words import unit_of
from sharing_pipeline.figures.reasons import load_texts
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


def read_causes(shown: Shown) -> list[Causes]:
    """The reasons of every indicator."""
    return [
        Causes(
            figure=figure,
            unit=unit_of(figure.indicator),
            met=_of_outcome(shown, figure, "met"),
            missed=_of_outcome(shown, figure, "missed"),
            excluded=_of_outcome(shown, figure, "excluded"),
            furthest=_furthest(figure),
        )
        for figure in shown.figures
    ]


def _of_outcome(shown: Shown, figure: Figure, outcome: str) -> list[Cause]:
    texts = load_texts(shown.settings.catalog).reasons
    path = Lake(shown.settings).path(figure.publication.assessment_path)
    with Engine(shown.settings) as engine:
        engine.load_files("assessed", [path], {"outcome": "VARCHAR", "reason": "VARCHAR"})
        found = engine.rows(
            "SELECT reason, count(*) FROM assessed WHERE outcome = ? "
            "GROUP BY reason ORDER BY count(*) DESC, reason",
            [outcome],
        )
    return [Cause(reason, texts[reason].says, texts[reason].do, count) for reason, count in found]


def _furthest(figure: Figure) -> list[Row]:
    short = [row for row in figure.rows("org") if row["shortfall"]]
    return sorted(short, key=lambda row: (-row["shortfall"], row["scope_code"]))[:FURTHEST]
