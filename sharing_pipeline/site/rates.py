"""The rates at the top of the page: change against earlier nights, and the trend.

The changes are the scoreboard's own; where one is blank, this says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.figures.publish import latest_revisions
from sharing_pipeline.figures.scoreboard import earlier_days
from sharing_pipeline.site.drawing import Trend, draw_trend
from sharing_pipeline.site.published_night import Figure, PageContents, Row
from sharing_pipeline.site.texts import INPUTS, short_date
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Publication, PublishedNight

TREND_NIGHTS = 30
"""How many published nights a trend shows."""

_MOMENTS = {
    "night": ("前一日", "change_from_previous_night"),
    "month_end": ("上月末", "change_from_month_end"),
    "quarter_end": ("上季末", "change_from_quarter_end"),
}


@dataclass(frozen=True)
class Change:
    """The change against an earlier night; `direction` is up, down, same or none."""

    against: str
    text: str
    direction: str


@dataclass(frozen=True)
class Rate:
    """One indicator's rate: the whole's scoreboard row and what stands around it."""

    figure: Figure
    row: Row
    unit: str
    changes: list[Change]
    trend: Trend | None
    inputs_changed: list[str]


def read_rates(page: PageContents) -> list[Rate]:
    """The rates of the whole."""
    with page.ledger.session() as session:
        earlier = {
            moment: (day, latest_revisions(session, day))
            for moment, day in earlier_days(page.day).items()
        }
        past = _past_publications(session, page.day)
    return [
        Rate(
            figure=figure,
            row=figure.total,
            unit=figure.unit,
            changes=[
                _change(figure, moment, day, before) for moment, (day, before) in earlier.items()
            ],
            trend=draw_trend(_past_rates(page, figure, past), figure.total["target_percent"]),
            inputs_changed=[INPUTS.get(name, name) for name in figure.publication.inputs_changed],
        )
        for figure in page.figures
    ]


def _change(figure: Figure, moment: str, day: date, before: Sequence[Publication]) -> Change:
    name, column = _MOMENTS[moment]
    against = f"{name}（{short_date(day)}）"
    change = figure.total[column]
    if change is None:
        return Change(against, _why_blank(figure, before), "none")
    points = Decimal(change)
    if points == 0:
        return Change(against, "持平", "same")
    up = points > 0
    return Change(against, f"{'升' if up else '降'} {abs(points)} 个百分点", "up" if up else "down")


def _why_blank(figure: Figure, before: Iterable[Publication]) -> str:
    same = [publication for publication in before if publication.indicator == figure.indicator.id]
    if not same:
        return "那天没有公布"
    if all(publication.definition != figure.publication.definition for publication in same):
        return "口径已换，不比较"
    return "没有可比的数"


def _past_publications(session: Session, day: date) -> list[Publication]:
    """The latest revisions of the last published nights up to `day`."""
    nights = session.scalars(
        select(PublishedNight.as_of)
        .where(PublishedNight.as_of <= day)
        .order_by(PublishedNight.as_of.desc())
        .limit(TREND_NIGHTS)
    ).all()
    return [publication for night in nights for publication in latest_revisions(session, night)]


def _past_rates(
    page: PageContents, figure: Figure, past: Sequence[Publication]
) -> list[tuple[date, str]]:
    """(day, displayed rate) of the whole under this figure's own definition, by day."""
    lake = Lake(page.settings)
    files = [
        lake.path(publication.scoreboard_path)
        for publication in past
        if publication.definition == figure.publication.definition
    ]
    columns = {"as_of": "DATE", "scope_type": "VARCHAR", "rate_display": "VARCHAR"}
    with Engine(page.settings) as engine:
        engine.load_files("past_scoreboard", files, columns)
        found = engine.query("site/past_rates")
    return [(day, rate) for day, rate in found]
