"""What the exchange log says of every resource up to a day, kept as one row per resource.

A night reads the days since the newest state that still holds, and what came after it; the raw
log is never read here. A state holds only latest days, so rows that come late are simply added;
rows that are gone spoil it from their day on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from sharing_pipeline.in_force.snapshots import Store
from sharing_pipeline.store.ledger import LakeFile, Snapshot, last_number

DAILY = {
    "day": "DATE",
    "resource_id": "VARCHAR",
    "direction": "VARCHAR",
    "successes": "BIGINT",
    "effective_updates": "BIGINT",
}
"""The columns of exchange_daily that evidence needs."""

STATE = {
    "resource_id": "VARCHAR",
    "has_supply": "INTEGER",
    "last_success_on": "DATE",
    "last_update_on": "DATE",
}


class DailyFile(NamedTuple):
    """A lake file of exchange_daily and the record days of its rows."""

    name: str
    first_day: date
    last_day: date


def exchange_state(store: Store, day: date) -> str:
    """Name of the lake file with one row per resource that the log names up to `day`:
    has_supply (0/1), last_success_on, last_update_on."""
    snapshot = _usable(store.session, day)
    news = _news(store.session, snapshot, day)
    if snapshot and not news:
        return str(snapshot.file_ids["state"])
    before = [store.lake.path(snapshot.file_ids["state"])] if snapshot else []
    store.engine.load_files("state_before", before, STATE)
    load_daily(store, news, day)
    store.engine.create("exchange_state", "facts/exchange_state")
    path = store.lake.new("exchange_state")
    store.engine.write_table("exchange_state", path, "resource_id")
    name = store.lake.note(store.session, path)
    store.session.add(
        Snapshot(
            kind="exchange",
            day=day,
            last_submission=0,
            last_decision=0,
            last_daily_file=last_number(store.session, LakeFile.id),
            file_ids={"state": name},
        )
    )
    return name


def load_daily(store: Store, files: list[DailyFile], until: date) -> None:
    """Makes table `exchange_new` from the rows of daily files up to a day."""
    paths = [store.lake.path(file.name) for file in files]
    store.engine.view_files("exchange_file", paths, DAILY)
    store.engine.create("exchange_new", "facts/exchange_new", first_day=date.min, last_day=until)


def _news(session: Session, snapshot: Snapshot | None, until: date) -> list[DailyFile]:
    """The files with records up to a day that a state may not have yet."""
    if snapshot is None:
        return daily_files(session, until)
    unknown = or_(LakeFile.id > snapshot.last_daily_file, LakeFile.last_day > snapshot.day)
    return daily_files(session, until, unknown)


def daily_files(session: Session, until: date, *which: ColumnElement[bool]) -> list[DailyFile]:
    """The current daily files with records up to a day, or those of them `which` is true of."""
    wanted = select(LakeFile).where(
        LakeFile.kind == "exchange_daily",
        LakeFile.replaced_by.is_(None),
        LakeFile.first_day <= until,
        *which,
    )
    return [
        DailyFile(file.path, file.first_day or date.min, file.last_day or date.max)
        for file in session.scalars(wanted.order_by(LakeFile.id))
    ]


def fingerprint(files: Iterable[DailyFile]) -> str:
    """Changes when other logs count: what a publication remembers of them."""
    return hashlib.sha256("\n".join(file.name for file in files).encode()).hexdigest()


def _usable(session: Session, day: date) -> Snapshot | None:
    snapshots = session.scalars(
        select(Snapshot)
        .where(Snapshot.kind == "exchange", Snapshot.day <= day)
        .order_by(Snapshot.day.desc(), Snapshot.id.desc())
    )
    for snapshot in snapshots:
        lost_from = session.scalar(
            select(func.min(LakeFile.lost_from)).where(
                LakeFile.kind == "exchange_daily", LakeFile.id > snapshot.last_daily_file
            )
        )
        if lost_from is None or lost_from > snapshot.day:
            return snapshot
    return None
