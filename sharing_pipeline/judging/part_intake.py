"""Organisations' parts of full files after their rows were judged: held, or going in without what
is owned by somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import select

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.dataset_traits import Owner
from sharing_pipeline.catalog.rules import findings
from sharing_pipeline.in_force.snapshots import Store, stand_at
from sharing_pipeline.judging.batch import Arrival
from sharing_pipeline.judging.holds import add_parts, hold_shrunken
from sharing_pipeline.judging.judged_batch import Judged
from sharing_pipeline.judging.night_intake import KEYS, Intake, select_arrow, write_rows
from sharing_pipeline.judging.ownership import foreign_claims
from sharing_pipeline.store.ledger import Part


def settle_parts(
    intake: Intake, contract: Contract, owner: Owner, judged: Judged, arrivals: Sequence[Arrival]
) -> None:
    """Holds what shrinks too much and sends back what belongs to somebody else, as far as the
    dataset declares these holds."""
    store = intake.store
    rows = judged.frame.loc[judged.standing, ["submission", "source", "key", owner.code]]
    rows = rows.rename(columns={owner.code: "org_code"})
    sent_back = _sent_back(judged, rows)
    add_parts(store, rows)
    if "shrunken_part" in contract.traits.holds:
        hold_shrunken(store, contract, owner, arrivals, sent_back)
    if "owned_by_other" not in contract.traits.holds:
        return
    claims = foreign_claims(
        _owned_before(store, contract, owner, arrivals),
        rows,
        sent_back,
        arrivals,
        _held(store, arrivals),
        intake.organisations,
    )
    if claims:
        _refuse(intake, contract, judged, arrivals, claims)
        _recount_parts(store, owner, judged, arrivals)


def _sent_back(judged: Judged, rows: pd.DataFrame) -> pd.DataFrame:
    """(submission, key) of keys of which no row stays."""
    refused = judged.frame.loc[judged.refused & judged.frame["key"].notna(), ["submission", "key"]]
    stays = pd.MultiIndex.from_frame(refused).isin(pd.MultiIndex.from_frame(rows[refused.columns]))
    return refused[~stays]


def _held(store: Store, arrivals: Sequence[Arrival]) -> set[tuple[int, str]]:
    numbers = [arrival.submission for arrival in arrivals]
    parts = select(Part).where(Part.submission.in_(numbers), Part.status == "held")
    return {(part.submission, part.org_code) for part in store.session.scalars(parts)}


def _owned_before(
    store: Store, contract: Contract, owner: Owner, arrivals: Sequence[Arrival]
) -> pd.DataFrame:
    """Rows in force before this night's files, on their last effective day."""
    until = max(arrival.effective_on for arrival in arrivals)
    before = min(arrival.submission for arrival in arrivals)
    stand_at(store, until, before=before)
    columns = ["source", "key", owner.code]
    rows = store.engine.table(f"state_{contract.table}", columns, order_by=["key", "source"])
    return rows.rename_columns(["source", "key", "org_code"]).to_pandas()


def _refuse(
    intake: Intake,
    contract: Contract,
    judged: Judged,
    arrivals: Sequence[Arrival],
    claims: Mapping[int, str],
) -> None:
    """Sends the claims back, with all rows of the same key of the same submission."""
    named = judged.frame.loc[sorted(claims), ["submission", "key"]].assign(
        owner=[claims[position] for position in sorted(claims)]
    )
    foreign = (
        judged.accepted[["submission", "key"]]
        .reset_index(names="position")
        .merge(named, on=["submission", "key"])
        .set_index("position")
    )
    others = {int(str(at)): _named(intake, owner) for at, owner in foreign["owner"].items()}
    key = contract[contract.key[0]]
    rule = intake.rules["code_owned_by_other"]
    row = contract.traits.row
    judged.refuse(findings(rule, foreign["key"], key.name, key.title, others, row=row))
    for kind in ("refused", "kept"):
        rows = select_arrow(foreign, KEYS)
        write_rows(intake, f"{kind}_{contract.table}", rows, arrivals)


def _named(intake: Intake, code: str) -> str:
    organisation = intake.organisations.by_code.get(code)
    return f"{organisation.org_name}（{code}）" if organisation else code


def _recount_parts(store: Store, owner: Owner, judged: Judged, arrivals: Sequence[Arrival]) -> None:
    columns = ["submission", owner.code]
    counts = judged.frame.loc[judged.standing, columns].groupby(columns).size().to_dict()
    numbers = [arrival.submission for arrival in arrivals]
    for part in store.session.scalars(select(Part).where(Part.submission.in_(numbers))):
        part.rows = int(counts.get((part.submission, part.org_code), 0))
