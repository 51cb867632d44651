"""Publishes a night: its figures become revisions, all in one transaction.

There is a new revision only if the assessment differs from that of the revision before. It records
which subjects moved and which inputs changed. Earlier revisions are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sharing_pipeline.assessment.assess import Assessed
from sharing_pipeline.assessment.definitions import Definition
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.reasons import load_texts
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.facts.build import Facts, load_facts
from sharing_pipeline.figures.configuration import configuration
from sharing_pipeline.figures.issues import list_issues
from sharing_pipeline.figures.scoreboard import Earlier, attainment, earlier_days, score
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    Ledger,
    Publication,
    PublishedDefinition,
    PublishedNight,
    QuarantinedRows,
    Submission,
    wall_clock,
)


@dataclass(frozen=True)
class Revision:
    """A definition's revision of a night; `new` if this run made it, `moved` counts the subjects
    whose outcome or reason changed."""

    definition: Definition
    revision: int
    new: bool
    moved: int
    inputs_changed: list[str]


def publish(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    facts: Facts,
    assessed: Sequence[Assessed],
    official: Sequence[str],
) -> list[Revision]:
    """Publishes a night: scoreboard, issues and revisions appear together or not at all."""
    lake = Lake(settings)
    inputs = facts.inputs | configuration(settings)
    with Engine(settings) as engine, ledger.session() as session:
        refuse_changed(session, [assessment.definition for assessment in assessed])
        load_facts(engine, settings, facts)
        score(engine, facts.day, assessed, facts.organisations, _earlier(session, lake, facts.day))
        revisions = [
            _publish_definition(engine, lake, session, clock, facts.day, assessment, inputs)
            for assessment in assessed
        ]
        _publish_night(engine, lake, session, settings, clock, facts, official, inputs)
    for revision, result in zip(revisions, assessed, strict=True):
        if not revision.new:  # the revision before has the same rows, and no row names this file
            result.path.unlink(missing_ok=True)
    return revisions


def refuse_changed(session: Session, definitions: Sequence[Definition]) -> None:
    """Raises ConfigurationError if the file of a definition with published results has changed."""
    ids = [definition.id for definition in definitions]
    published = {
        definition.definition: definition.sha256
        for definition in session.scalars(
            select(PublishedDefinition).where(PublishedDefinition.definition.in_(ids))
        )
    }
    for definition in definitions:
        if published.get(definition.id, definition.sha256) != definition.sha256:
            raise ConfigurationError(
                f"口径 {definition.id} 已有公布的结果，但文件 {definition.path} 改过了。"
                "请恢复原文件；要改口径，请另建一个文件、用新的 id。"
            )


def latest_revision(session: Session, day: date, definition: str) -> Publication | None:
    """The newest published revision of a definition for a business date."""
    return session.scalar(
        select(Publication)
        .where(Publication.as_of == day, Publication.definition == definition)
        .order_by(Publication.revision.desc())
        .limit(1)
    )


def latest_revisions(session: Session, day: date) -> list[Publication]:
    """The newest revision of every definition published for a business date."""
    newest = (
        select(Publication.definition, func.max(Publication.revision).label("revision"))
        .where(Publication.as_of == day)
        .group_by(Publication.definition)
        .subquery()
    )
    return list(
        session.scalars(
            select(Publication)
            .join(
                newest,
                (newest.c.definition == Publication.definition)
                & (newest.c.revision == Publication.revision),
            )
            .where(Publication.as_of == day)
            .order_by(Publication.definition)
        )
    )


def _earlier(session: Session, lake: Lake, day: date) -> list[Earlier]:
    return [
        Earlier(moment, lake.path(publication.scoreboard_path))
        for moment, earlier_day in earlier_days(day).items()
        for publication in latest_revisions(session, earlier_day)
    ]


def _publish_definition(
    engine: Engine,
    lake: Lake,
    session: Session,
    clock: Clock,
    day: date,
    assessed: Assessed,
    inputs: dict[str, Any],
) -> Revision:
    definition = assessed.definition
    before = latest_revision(session, day, definition.id)
    if before is not None and _is_same(engine, lake, before, assessed):
        return Revision(definition, before.revision, False, 0, [])
    number = before.revision + 1 if before else 1
    own_inputs = inputs | {"calendar": assessed.calendar_version}
    moved_path, moved = _write_moved(engine, lake, session, before, assessed)
    scoreboard = lake.new("scoreboard")
    engine.write(
        "figures/published_scoreboard", scoreboard, definition=definition.id, revision=number
    )
    changed = _changed_inputs(before, own_inputs)
    session.add(
        Publication(
            as_of=day,
            indicator=definition.indicator,
            definition=definition.id,
            revision=number,
            official=definition.official and definition.effective_on_day(day),
            published_at=wall_clock(clock),
            definition_sha256=definition.sha256,
            calendar_version=assessed.calendar_version,
            calendar_provisional=assessed.calendar_provisional,
            outside_dates=not definition.effective_on_day(day),
            assessment_path=lake.note(session, assessed.path),
            scoreboard_path=lake.note(session, scoreboard),
            moved_path=moved_path,
            moved_count=moved,
            inputs=own_inputs,
            inputs_changed=changed,
        )
    )
    _keep_definition(session, definition)
    session.flush()
    return Revision(definition, number, True, moved, changed)


def _changed_inputs(before: Publication | None, inputs: dict[str, Any]) -> list[str]:
    """The names of the inputs that differ from those of the revision before."""
    if before is None:
        return []
    return sorted(name for name, value in inputs.items() if before.inputs.get(name) != value)


def _keep_definition(session: Session, definition: Definition) -> None:
    """Keeps the text of a definition that is published for the first time."""
    if session.get(PublishedDefinition, definition.id) is None:
        session.add(
            PublishedDefinition(
                definition=definition.id,
                sha256=definition.sha256,
                text=definition.path.read_text(encoding="utf-8"),
            )
        )


def _is_same(engine: Engine, lake: Lake, before: Publication, assessed: Assessed) -> bool:
    """Whether tonight's assessment is the same as that of a published revision.

    Scoreboards are not compared: what was published for the same assessment stays as it is.
    """
    _view_both(engine, lake, before, assessed)
    ((differing,),) = engine.query("figures/differing_rows")
    return not differing


def _write_moved(
    engine: Engine,
    lake: Lake,
    session: Session,
    before: Publication | None,
    assessed: Assessed,
) -> tuple[str, int]:
    """Writes the subjects that this revision moves; gives the file, and how many they are."""
    if before is None:
        return "", 0
    path = lake.new("moved")
    _view_both(engine, lake, before, assessed)
    count = engine.write("figures/moved", path)
    return lake.note(session, path), count


def _view_both(engine: Engine, lake: Lake, before: Publication, assessed: Assessed) -> None:
    engine.view_parquet("assessment_before", [lake.path(before.assessment_path)])
    engine.view_parquet("assessment_now", [assessed.path])


def _publish_night(
    engine: Engine,
    lake: Lake,
    session: Session,
    settings: Settings,
    clock: Clock,
    facts: Facts,
    official: Sequence[str],
    inputs: dict[str, Any],
) -> None:
    contracts = load_contracts(settings.catalog)
    night_before = session.scalar(
        select(PublishedNight)
        .where(PublishedNight.as_of < facts.day)
        .order_by(PublishedNight.as_of.desc())
        .limit(1)
    )
    texts = load_texts(settings.catalog)
    list_issues(engine, lake, session, facts, texts, contracts, official, night_before)
    path = lake.new("issue")
    engine.write_table("issue", path, "issue_id")
    session.merge(
        PublishedNight(
            as_of=facts.day,
            published_at=wall_clock(clock),
            issue_path=lake.note(session, path),
            facts=facts.files,
            inputs=inputs,
            totals=_totals(engine, session, facts.organisations, official),
        )
    )


def _totals(
    engine: Engine, session: Session, organisations: Organisations, official: Sequence[str]
) -> dict[str, Any]:
    """What is published beside the rates: how many organisations reach how many targets, and how
    many rows were sent back."""
    board = engine.records("figures/official_scoreboard")
    attained = attainment(board, len(official))
    quarantined = session.scalar(select(func.coalesce(func.sum(Submission.quarantined), 0)))
    return {
        "attainment": {
            kind: {str(reached): count for reached, count in counts.items()}
            for kind, counts in attained.items()
        },
        "quarantined": quarantined,
        "quarantined_by": _quarantined_by(session, organisations),
    }


def _quarantined_by(session: Session, organisations: Organisations) -> list[dict[str, Any]]:
    """How many rows were sent back to each organisation, as far as it is known, most first."""
    rows = func.sum(QuarantinedRows.rows)
    counted = session.execute(
        select(QuarantinedRows.org_code, rows)
        .group_by(QuarantinedRows.org_code)
        .order_by(rows.desc(), QuarantinedRows.org_code)
    )
    return [
        {"org_code": code, "org_name": organisations.name_of(code), "rows": count}
        for code, count in counted
    ]
