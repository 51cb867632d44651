"""The ledger: the small, transactional truth about everything else.

What was received, accepted, held and published, and which lake file holds what. A lake file
exists for readers only once a committed row here names it, so the commit is the publication.
No rows of data live here, and no rule is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Engine, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sharing_pipeline.settings import SHANGHAI, Clock, Settings
from sharing_pipeline.store.column_types import LARGE_NUMBER, Text
from sharing_pipeline.store.opening import has_tables, opened_to_read, opened_to_write


class Base(DeclarativeBase):
    """Root of the ledger's models. Timestamps are Asia/Shanghai wall-clock time.

    Whoever changes a model adds a migration (migrations/).
    """

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text()}


class ReceivedFile(Base):
    """A file of the inbox whose bytes are kept; `taken` once a night has read it.

    `why`: what kept its bytes from being had, in which case `sha256` is empty.
    """

    __tablename__ = "received_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(LARGE_NUMBER)
    modified_ns: Mapped[int] = mapped_column(LARGE_NUMBER)
    received_at: Mapped[datetime]
    taken: Mapped[bool] = mapped_column(default=False, index=True)
    rejected: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("received_file_seen", "source", "file_name"),)


class Pull(Base):
    """A database source was read to the end; an attempt that failed leaves none.

    `file_id`: the file that came of it, None when there was nothing new. `begins`: what the
    source declares about where to begin, `high_water`: up to where its rows are known since,
    `edge`: which rows stood right there (both empty for a source that is read whole).
    """

    __tablename__ = "pull"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(index=True)
    pulled_at: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("received_file.id"))
    begins: Mapped[str]
    high_water: Mapped[str]
    edge: Mapped[str]


class Submission(Base):
    """One dataset of one file. `id` is the order of receipt; `mode` is full or incremental.

    `read_as`: the format and the encoding that its content showed.
    """

    __tablename__ = "submission"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("received_file.id"))
    source: Mapped[str]
    dataset: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(LARGE_NUMBER)
    sender: Mapped[str]
    received_at: Mapped[datetime]
    effective_on: Mapped[date] = mapped_column(index=True)
    mode: Mapped[str]
    whole: Mapped[bool]
    rows_read: Mapped[int]
    accepted: Mapped[int]
    duplicate: Mapped[int]
    quarantined: Mapped[int]
    status: Mapped[str]
    why: Mapped[str]
    reader_version: Mapped[str]
    read_as: Mapped[str] = mapped_column(default="")

    @property
    def submission_id(self) -> str:
        """The id that people and other programs see."""
        return submission_name(self.id)


class Part(Base):
    """One organisation's part of a catalogue-like submission: accepted, held or rejected."""

    __tablename__ = "part"
    submission: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    org_code: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]
    in_force_before: Mapped[int]
    status: Mapped[str]
    why: Mapped[str] = mapped_column(default="")


class QuarantinedRows(Base):
    """How many rows of a submission went back, by organisation where it is known."""

    __tablename__ = "quarantined_rows"
    submission: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    org_code: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]


class Decision(Base):
    """A person's accept or reject of a held part."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    org_code: Mapped[str]
    verdict: Mapped[str]
    why: Mapped[str]
    decided_at: Mapped[datetime]


class LakeFile(Base):
    """An immutable Parquet file. `kind` says what rows it holds; days bound its rows' dates.

    `lost_from`: of a file in place of another, the first record day of the rows that are gone.
    """

    __tablename__ = "lake_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    path: Mapped[str] = mapped_column(unique=True)
    rows: Mapped[int]
    first_submission: Mapped[int | None] = mapped_column(index=True)
    last_submission: Mapped[int | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    has_undated: Mapped[bool] = mapped_column(default=False)
    replaced_by: Mapped[int | None] = mapped_column(default=None)
    lost_from: Mapped[date | None] = mapped_column(default=None)


class LakeDigest(Base):
    """What a lake file's bytes must be: every file that any row here names has one, since
    version 4. Received files need none: their names are their hashes."""

    __tablename__ = "lake_digest"
    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(LARGE_NUMBER)


class Snapshot(Base):
    """What was in force on a day, so that the next night starts here and not at the beginning.

    Good for as long as nothing after `last_submission`, `last_decision` and `last_daily_file`
    reaches back to `day`.
    """

    __tablename__ = "snapshot"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    day: Mapped[date]
    last_submission: Mapped[int]
    last_decision: Mapped[int]
    last_daily_file: Mapped[int]
    file_ids: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (Index("snapshot_kind_day", "kind", "day"),)


class PublishedDefinition(Base):
    """The text of a definition that has published results; it can't change any more."""

    __tablename__ = "published_definition"
    definition: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    text: Mapped[str]


class Publication(Base):
    """One revision of one definition's results for one business date."""

    __tablename__ = "publication"
    id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(index=True)
    indicator: Mapped[str]
    definition: Mapped[str]
    revision: Mapped[int]
    official: Mapped[bool]
    published_at: Mapped[datetime]
    definition_sha256: Mapped[str]
    calendar_version: Mapped[str]
    calendar_provisional: Mapped[bool]
    outside_dates: Mapped[bool]
    assessment_path: Mapped[str]
    scoreboard_path: Mapped[str]
    moved_path: Mapped[str]
    moved_count: Mapped[int]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs_changed: Mapped[list[str]] = mapped_column(JSON)
    __table_args__ = (UniqueConstraint("as_of", "definition", "revision"),)


class PublishedNight(Base):
    """The latest publication of a business date as a whole: facts, issues and totals."""

    __tablename__ = "published_night"
    as_of: Mapped[date] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    issue_path: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    totals: Mapped[dict[str, Any]] = mapped_column(JSON)


class Failure(Base):
    """A run that failed, at which step and why. `run_id`: Dagster's, where it ran there."""

    __tablename__ = "failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    failed_at: Mapped[datetime]
    step: Mapped[str]
    reason: Mapped[str]
    run_id: Mapped[str] = mapped_column(default="")


def wall_clock(clock: Clock) -> datetime:
    """The present moment as the ledger holds it, whatever zone the clock is in."""
    return clock().astimezone(SHANGHAI).replace(tzinfo=None)


def submission_name(number: int) -> str:
    """The public form of a submission's number, e.g. `S000012`."""
    return f"S{number:06d}"


def submission_number(name: str) -> int | None:
    """The number behind a public submission id; None if it isn't one."""
    digits = name.strip().upper().removeprefix("S")
    return int(digits) if digits.isdigit() else None


class Ledger:
    """Sessions on the ledger of one home folder."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, settings: Settings, *, lasting: bool = True) -> Ledger:
        """Opens the ledger, making it if there is none and migrating an older one. One that isn't
        `lasting` may be broken when the machine fails.

        ConfigurationError for a ledger of a newer version, or one that can't be written.
        """
        return cls(opened_to_write(settings, Base.metadata, lasting=lasting))

    @classmethod
    def open_to_read(cls, settings: Settings) -> Ledger:
        """The ledger for whoever only looks; also of a home folder that can't be written."""
        return cls(opened_to_read(settings, Base.metadata))

    @staticmethod
    def exists(settings: Settings) -> bool:
        """Whether there is a ledger; ConfigurationError if the database can't be asked."""
        return has_tables(settings)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session


def last_number(session: Session, column: Any) -> int:
    """The largest value of an integer column, 0 for an empty table."""
    return session.scalar(select(func.coalesce(func.max(column), 0))) or 0
