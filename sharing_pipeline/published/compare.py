"""Two definitions of one indicator on one day, side by side, without publishing anything.

What is published is taken as it is; otherwise both are assessed on the day's facts, and the
files that this makes are taken away again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sharing_pipeline.assessment.assess import assess
from sharing_pipeline.assessment.definitions import Definition, load_definitions, pick
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.errors import UsageError
from sharing_pipeline.facts.build import build_facts
from sharing_pipeline.figures.publish import latest_revision
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger


@dataclass(frozen=True)
class Differing:
    """A subject with another outcome under the second definition than under the first."""

    subject_id: str
    org_code: str
    outcome: str | None
    reason: str | None
    other_outcome: str | None
    other_reason: str | None


@dataclass(frozen=True)
class Comparison:
    """Two definitions, the counts of (outcome, reason) of each, and the subjects that differ."""

    definitions: tuple[Definition, Definition]
    published: bool
    counts: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]
    differing: list[Differing]


def compare(settings: Settings, ledger: Ledger, ids: Sequence[str], day: date) -> Comparison:
    """Compares two definitions on a day; whoever calls holds the home folder's lock.

    UsageError for an unknown definition or two of different indicators.
    """
    pair = _pair(settings, ids)
    paths = _published(settings, ledger, pair, day)
    if paths is not None:
        return _compare(settings, pair, paths, published=True)
    with _assessed(settings, ledger, pair, day) as new_paths:
        return _compare(settings, pair, new_paths, published=False)


def _pair(settings: Settings, ids: Sequence[str]) -> tuple[Definition, Definition]:
    known = load_definitions(settings.catalog)
    (first,), (second,) = (pick(known, [definition]) for definition in ids)
    if first.indicator != second.indicator:
        raise UsageError(
            f"{first.id} 是{INDICATORS[first.indicator].title}的口径，{second.id} 是"
            f"{INDICATORS[second.indicator].title}的，不能比较。请选同一指标的两个口径。"
        )
    return first, second


def _published(
    settings: Settings, ledger: Ledger, definitions: Sequence[Definition], day: date
) -> list[Path] | None:
    """The latest published assessments of the day, None unless all of them are there."""
    with ledger.session() as session:
        latest = [latest_revision(session, day, definition.id) for definition in definitions]
    lake = Lake(settings)
    paths = [lake.path(publication.assessment_path) for publication in latest if publication]
    return paths if len(paths) == len(definitions) else None


@contextmanager
def _assessed(
    settings: Settings, ledger: Ledger, definitions: Sequence[Definition], day: date
) -> Iterator[list[Path]]:
    facts = build_facts(settings, ledger, day)
    paths = [assessed.path for assessed in assess(settings, facts, list(definitions))]
    try:
        yield paths
    finally:
        for path in paths:
            path.unlink()


def _compare(
    settings: Settings,
    definitions: tuple[Definition, Definition],
    paths: Sequence[Path],
    *,
    published: bool,
) -> Comparison:
    views = ("first_assessment", "second_assessment")
    with Engine(settings) as engine:
        for view, path in zip(views, paths, strict=True):
            engine.view_parquet(view, [path])
        counts = [_counts(engine, view) for view in views]
        rows = engine.query("published/differing")
    differing = [Differing(*row) for row in rows]
    return Comparison(definitions, published, (counts[0], counts[1]), differing)


def _counts(engine: Engine, assessment: str) -> Counter[tuple[str, str]]:
    rows = engine.query("published/reason_counts", {"assessment": assessment})
    return Counter({(outcome, reason): count for outcome, reason, count in rows})
