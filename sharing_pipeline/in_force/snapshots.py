"""What is in force on a day: submissions folded in the order of their effective dates.

The fold starts from the newest snapshot that nothing received since reaches behind, so a
night costs what came in, not what ever came in. State after a day is a function of the
submissions alone, whichever snapshot it was reached from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import pyarrow as pa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import loaded
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import (
    Decision,
    LakeFile,
    Part,
    Snapshot,
    Submission,
    last_number,
)
from sharing_pipeline.store.warehouse_text import identifier, identifiers

PROVENANCE = {
    "key": "VARCHAR",
    "submission": "BIGINT",
    "source": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
}
"""Where a row in force came from; stands behind the contract's columns in every state."""

VANISHING = "catalogue"
"""The dataset of which it is noted what a full submission drops: the issue list asks for it."""

VANISHED = {
    "catalogue_code": "VARCHAR",
    "name": "VARCHAR",
    "org_code": "VARCHAR",
    "submission": "BIGINT",
    "source": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    "vanished_on": "DATE",
}


@dataclass(frozen=True)
class Store:
    """What every fact is made from: the engine, the lake, an open ledger session, contracts."""

    engine: Engine
    lake: Lake
    session: Session
    contracts: dict[str, Contract]

    def state_columns(self, dataset: str) -> dict[str, str]:
        """A dataset's columns in a state: the contract's and where the row came from."""
        return columns_of(self.contracts[dataset]) | PROVENANCE

    @property
    def folded(self) -> list[str]:
        """Datasets of which a full submission replaces its organisations' rows, those before that
        others belong to."""
        return loaded(self.contracts, "full")


def in_force(store: Store, day: date) -> dict[str, str]:
    """Names of the lake files that hold what is in force at the end of `day`.

    Keys are the folded datasets and `vanished` (entries that a full submission dropped).
    """
    until = last_number(store.session, Submission.id) + 1
    snapshot = usable_snapshot(store, day, until)
    if snapshot and not _pending(store, snapshot.day, day, until):
        return dict(snapshot.file_ids)
    stand_at(store, day)
    files = _write_state(store)
    store.session.add(
        Snapshot(
            kind="in_force",
            day=day,
            last_submission=until - 1,
            last_decision=last_number(store.session, Decision.id),
            last_daily_file=0,
            file_ids=files,
        )
    )
    return files


def stand_at(store: Store, day: date, *, before: int | None = None) -> None:
    """Makes the tables `state_<dataset>` and `state_vanished` as of the end of `day`.

    `before` leaves out the submissions from that number on, as if they had not come yet.
    """
    until = before or last_number(store.session, Submission.id) + 1
    snapshot = usable_snapshot(store, day, until)
    load_state(store, dict(snapshot.file_ids) if snapshot else {})
    pending = _pending(store, snapshot.day if snapshot else None, day, until)
    for _, group in groupby(pending, key=lambda submission: submission.effective_on):
        fold_day(store, list(group))


def usable_snapshot(store: Store, day: date, until: int) -> Snapshot | None:
    """The newest snapshot not after `day` that knows nothing from submission `until` on, and
    that nothing known before it was left out of."""
    snapshots = store.session.scalars(
        select(Snapshot)
        .where(
            Snapshot.kind == "in_force",
            Snapshot.day <= day,
            Snapshot.last_submission < until,
        )
        .order_by(Snapshot.day.desc(), Snapshot.id.desc())
    )
    usable = (snapshot for snapshot in snapshots if not _reached_behind(store, snapshot, until))
    return next(usable, None)


def _reached_behind(store: Store, snapshot: Snapshot, until: int) -> bool:
    late = select(func.min(Submission.effective_on)).where(
        Submission.id > snapshot.last_submission,
        Submission.id < until,
        Submission.dataset.in_(store.folded),
        Submission.status != "rejected",
    )
    decided = (
        select(func.min(Submission.effective_on))
        .join(Decision, Decision.submission == Submission.id)
        .where(Decision.id > snapshot.last_decision)
    )
    firsts = [store.session.scalar(late), store.session.scalar(decided)]
    return any(first is not None and first <= snapshot.day for first in firsts)


def _pending(store: Store, after: date | None, day: date, until: int) -> Sequence[Submission]:
    wanted = select(Submission).where(
        Submission.dataset.in_(store.folded),
        Submission.status != "rejected",
        Submission.effective_on <= day,
        Submission.id < until,
    )
    if after is not None:
        wanted = wanted.where(Submission.effective_on > after)
    return store.session.scalars(wanted.order_by(Submission.effective_on, Submission.id)).all()


def load_state(store: Store, files: dict[str, str]) -> None:
    """Makes `state_<dataset>` and `state_vanished` of a snapshot's files, or empty."""
    for dataset in store.folded:
        paths = [store.lake.path(files[dataset])] if dataset in files else []
        store.engine.view_files(f"state_{dataset}", paths, store.state_columns(dataset))
    paths = [store.lake.path(files["vanished"])] if "vanished" in files else []
    store.engine.view_files("state_vanished", paths, VANISHED)


def fold_day(store: Store, submissions: Sequence[Submission]) -> None:
    """Brings the state tables from before a day to after its submissions, entries first."""
    for dataset in store.folded:
        received = [submission for submission in submissions if submission.dataset == dataset]
        if received:
            _fold_dataset(store, dataset, received)


def _fold_dataset(store: Store, dataset: str, submissions: list[Submission]) -> None:
    engine = store.engine
    load_rows(store, dataset, [submission.id for submission in submissions])
    _load_replacing(store, submissions)
    owner = store.contracts[dataset].owner
    if owner is not None:
        engine.create("incoming", "in_force/not_spared", {"owner": identifier(owner.code)})
    columns = {"columns": identifiers(store.state_columns(dataset))}
    engine.view("gathered", "in_force/gathered", {**columns, "state": f"state_{dataset}"})
    _find_owners(store, store.contracts[dataset])
    engine.create("part", "in_force/part")
    engine.create("after_day", "in_force/in_force")
    if dataset == VANISHING:
        engine.create("folded_vanished", "in_force/vanished", day=submissions[0].effective_on)
        engine.alias("state_vanished", "folded_vanished")
    engine.create(f"folded_{dataset}", "in_force/folded", columns)
    engine.alias(f"state_{dataset}", f"folded_{dataset}")


def _find_owners(store: Store, contract: Contract) -> None:
    """Makes `candidate`: a row belongs to the organisation that it names, or to that of the row
    that it belongs to."""
    if contract.owner is not None:
        fill = {"owner": identifier(contract.owner.code)}
        store.engine.create("candidate", "in_force/owned_by_own_column", fill)
        return
    above = store.contracts[contract.traits.belongs_to or ""]
    assert above.owner is not None  # load_contracts() holds it
    fill = {
        "above": f"state_{above.table}",
        "key": identifier(above.key[0]),
        "owner": identifier(above.owner.code),
    }
    store.engine.create("candidate", "in_force/owned_by_row_above", fill)


def load_rows(store: Store, dataset: str, submissions: list[int]) -> None:
    """Makes tables `incoming` (accepted rows) and `kept` (keys of rows sent back) of some
    submissions of a dataset."""
    keys = {"submission": "BIGINT", "key": "VARCHAR"}
    for kind, columns in (
        ("rows", store.state_columns(dataset)),
        ("kept", keys),
        ("refused", keys),
    ):
        files = files_of(store.session, f"{kind}_{dataset}", submissions)
        paths = [store.lake.path(name) for name in files]
        store.engine.view_files(f"incoming_{kind}_file", paths, columns)
    for kind in ("kept", "refused"):
        fill = {"rows": f"incoming_{kind}_file"}
        store.engine.create(kind, "in_force/of_submissions", fill, submissions=submissions)
    store.engine.create("incoming", "in_force/not_refused", submissions=submissions)


def files_of(session: Session, kind: str, submissions: Sequence[int]) -> list[str]:
    """Names of the lake files of a kind that hold rows of any of these submissions."""
    if not submissions:
        return []
    found = session.scalars(
        select(LakeFile)
        .where(
            LakeFile.kind == kind,
            LakeFile.first_submission <= max(submissions),
            LakeFile.last_submission >= min(submissions),
        )
        .order_by(LakeFile.id)
    )
    return [file.path for file in found]


def _load_replacing(store: Store, submissions: list[Submission]) -> None:
    numbers = [submission.id for submission in submissions]
    spared = store.session.execute(
        select(Part.submission, Part.org_code).where(
            Part.submission.in_(numbers), Part.status != "accepted"
        )
    ).all()
    store.engine.load("spared_part", pa.table({
        "submission": pa.array([number for number, _ in spared], pa.int64()),
        "owner": pa.array([code for _, code in spared], pa.string()),
    }))  # fmt: skip
    full = [submission for submission in submissions if submission.mode == "full"]
    store.engine.load("full_submission", pa.table({
        "submission": pa.array([submission.id for submission in full], pa.int64()),
    }))  # fmt: skip
    whole = [submission for submission in full if submission.whole]
    store.engine.load("whole_part", pa.table({
        "submission": pa.array([submission.id for submission in whole], pa.int64()),
        "source": pa.array([submission.source for submission in whole], pa.string()),
    }))  # fmt: skip


def _write_state(store: Store) -> dict[str, str]:
    files = {}
    for dataset in (*store.folded, "vanished"):
        path = store.lake.new(f"state_{dataset}")
        key = "catalogue_code" if dataset == "vanished" else "key"
        store.engine.write_table(
            f"state_{dataset}", path, key, "source", "submission", "sheet", "row"
        )
        files[dataset] = store.lake.note(store.session, path)
    return files
