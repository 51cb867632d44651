"""The published night that a page shows, read once: publications, definitions, scoreboard.

Only the official definitions: pages speak of no others. Nothing is counted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sharing_pipeline.assessment.declaration import Indicator
from sharing_pipeline.assessment.definitions import Definition, load_definitions, pick
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.figures.publish import refuse_changed
from sharing_pipeline.published.arrivals import organisations_of
from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Ledger, Publication, PublishedNight

Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One indicator of the night: its publication, its definition and all its scopes' rows."""

    publication: Publication
    definition: Definition
    board: list[Row]

    @property
    def indicator(self) -> Indicator[Any]:
        """The indicator that it is a figure of."""
        return INDICATORS[self.publication.indicator]

    @property
    def title(self) -> str:
        """The indicator's Chinese name."""
        return self.indicator.title

    @property
    def unit(self) -> str:
        """The measure word of the indicator's subjects."""
        return self.indicator.subject.unit

    @property
    def total(self) -> Row:
        """The scoreboard row of the whole."""
        return self.rows("all")[0]

    def rows(self, scope_type: str) -> list[Row]:
        """The scoreboard rows of one kind of scope, by code."""
        return [row for row in self.board if row["scope_type"] == scope_type]


@dataclass(frozen=True)
class PageContents:
    """A published night under its official definitions, in the order of the indicators."""

    settings: Settings
    ledger: Ledger
    night: PublishedNight
    figures: list[Figure]
    organisations: Organisations

    @property
    def day(self) -> date:
        """The business date."""
        return self.night.as_of


def read_latest(settings: Settings, ledger: Ledger) -> PageContents:
    """The latest published night.

    Raises UsageError if nothing is published, ConfigurationError if a definition's file no
    longer says what it said when the figures were made.
    """
    published = Published(settings, ledger)
    night = published.night(published.latest_day())
    official = {
        publication.indicator: publication
        for publication in published.publications(night.as_of)
        if publication.official
    }
    ordered = [official[name] for name in INDICATORS if name in official]
    definitions = pick(
        load_definitions(settings.catalog), [publication.definition for publication in ordered]
    )
    with ledger.session() as session:
        refuse_changed(session, definitions)
    figures = [
        Figure(
            publication,
            definition,
            published.table("scoreboard", night.as_of, publication.definition).to_pylist(),
        )
        for publication, definition in zip(ordered, definitions, strict=True)
    ]
    return PageContents(settings, ledger, night, figures, organisations_of(settings, night))
