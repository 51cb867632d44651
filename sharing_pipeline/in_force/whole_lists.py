"""Lists that are replaced whole, such as organisations and exemptions, judged by their own dates.

What was dropped into the inbox goes before the file under catalog/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from sharing_pipeline.catalog.organisations import Organisations, from_rows
from sharing_pipeline.in_force.snapshots import Store, files_of
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Submission


def accepted_lists(session: Session, dataset: str) -> Sequence[Submission]:
    """Accepted submissions of a list that is replaced whole, the one in force first; what was
    dropped into the inbox goes before the file under catalog/."""
    from_catalog = case((Submission.source == "catalog", 1), else_=0)
    return session.scalars(
        select(Submission)
        .where(
            Submission.dataset == dataset,
            Submission.accepted > 0,
            Submission.status != "rejected",
        )
        .order_by(from_catalog, Submission.id.desc())
        .limit(2)
    ).all()


def latest_list(store: Store, dataset: str) -> dict[str, str]:
    """The lake file of the list in force and, under `<dataset>_submission`, its submission."""
    lists = accepted_lists(store.session, dataset)
    if not lists:
        return {}
    names = files_of(store.session, f"rows_{dataset}", [lists[0].id])
    return {dataset: names[0], f"{dataset}_submission": str(lists[0].id)}


def known_organisations(store: Store) -> Organisations:
    """The organisations of the list in force."""
    files = latest_list(store, "organisation")
    columns = store.state_columns("organisation")
    load_file(store.engine, store.lake, files, "organisation", "organisation", columns)
    return from_rows(store.engine.table("organisation", order_by=["org_code"]).to_pylist())


def load_file(
    engine: Engine,
    lake: Lake,
    files: Mapping[str, str],
    kind: str,
    table: str,
    columns: dict[str, str],
) -> None:
    """Makes a view of one of a night's files, or an empty one where there is none."""
    paths = [lake.path(files[kind])] if kind in files else []
    number = files.get(f"{kind}_submission")
    if number is None:
        engine.view_files(table, paths, columns)
        return
    # A list that is replaced whole may share its file with an earlier one of the same night.
    engine.view_files(f"{table}_file", paths, columns)
    fill = {"rows": f"{table}_file"}
    engine.create(table, "in_force/of_submissions", fill, submissions=[int(number)])
