"""From arrivals to ledger and lake: accepted rows, findings, holds and submissions.

Works on an open ledger session; whoever opened it commits everything of the night at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.dataset_traits import Owner
from sharing_pipeline.catalog.datasets import belonging_to
from sharing_pipeline.catalog.rules import FINDING
from sharing_pipeline.in_force.snapshots import PROVENANCE
from sharing_pipeline.in_force.whole_lists import known_organisations
from sharing_pipeline.judging.batch import Arrival, read_batch
from sharing_pipeline.judging.judged_batch import Judged
from sharing_pipeline.judging.night_intake import (
    KEYS,
    Intake,
    add_submission,
    part_status,
    select_arrow,
    write_rows,
)
from sharing_pipeline.judging.part_intake import settle_parts
from sharing_pipeline.judging.row_verdicts import judge, merge_shared
from sharing_pipeline.store.engine import arrow_schema, columns_of
from sharing_pipeline.store.ledger import QuarantinedRows


def settle(intake: Intake, dataset: str, arrivals: Sequence[Arrival]) -> None:
    """Judges all arrivals of a dataset together and keeps what came of them."""
    for arrival in arrivals:
        if arrival.table is None or arrival.table.rejected:
            add_submission(intake, arrival, status="rejected", why=_why(arrival))
    readable = [each for each in arrivals if each.table is not None and not each.table.rejected]
    if not readable:
        return
    contract = intake.store.contracts[dataset]
    judged = _judge(intake, contract, readable)
    for arrival in readable:
        add_submission(intake, arrival)
    intake.store.session.flush()
    _keep(intake, contract, judged, readable)
    if contract.owner is not None and contract.traits.has_parts:
        settle_parts(intake, contract, contract.owner, judged, readable)
    _count(intake, judged, readable)
    _count_by_organisation(intake, contract, judged)
    _keep_findings(intake, contract, judged, readable)
    if belonging_to(intake.store.contracts, dataset):
        _note_for_belongings(intake, contract, judged)
    if contract.traits.lists_organisations:
        intake.organisations = known_organisations(intake.store)


def _note_for_belongings(intake: Intake, contract: Contract, judged: Judged) -> None:
    """Notes what the rows that belong to these are compared with."""
    if "sharing_method" in contract.names:
        methods = judged.frame.loc[judged.standing, ["key", "sharing_method"]].dropna()
        intake.sharing_methods = dict(zip(methods["key"], methods["sharing_method"], strict=True))
    keys = judged.frame["key"].dropna()
    zero_led = set(keys[keys.str.startswith("0") & keys.str.isdecimal()])
    without_zeros = {key.lstrip("0") for key in zero_led}
    intake.lost_zeros[contract.table] = without_zeros.difference(keys)


def _why(arrival: Arrival) -> str:
    return arrival.why or (arrival.table.rejected or "" if arrival.table else "")


def _judge(intake: Intake, contract: Contract, arrivals: Sequence[Arrival]) -> Judged:
    frame = read_batch(contract, arrivals, intake.codes, intake.day)
    if above := contract.traits.belongs_to:
        key = intake.store.contracts[above].key[0]
        _mark_lost_zeros(frame, key, intake.lost_zeros.get(above, set()))
    shared = {each.submission for each in arrivals if each.table is not None and each.table.folds}
    own = {each.submission for each in arrivals if each.source.organisations == "from_rows"}
    judged = judge(
        contract,
        frame,
        intake.rules,
        intake.organisations,
        own,
        shared,
        intake.suites,
        _surplus(frame, arrivals),
        intake.sharing_methods,
    )
    if shared:
        merge_shared(judged, contract, intake.rules, shared)
    if judged.report is not None:
        intake.reports[contract.table] = judged.report
    return judged


def _mark_lost_zeros(frame: pd.DataFrame, key: str, lost_zeros: set[str]) -> None:
    """Codes that are tonight's entries' without their zeros are damaged: where a whole column has
    lost them, only the entries tell. `key`: the column with the entry's code."""
    lost = frame[key].isin(lost_zeros)
    if lost.any():
        written = frame.loc[lost, key]
        frame.loc[lost, f"{key}__unread"] = written
        frame.loc[lost, f"{key}__damaged"] = True
        frame.loc[lost, key] = None


def _surplus(frame: pd.DataFrame, arrivals: Sequence[Arrival]) -> pd.Series:
    """Cells beyond the header by the position of their row."""
    beyond = [
        (arrival.submission, cell.sheet, cell.row, cell.value)
        for arrival in arrivals
        for cell in (arrival.table.surplus if arrival.table else [])
    ]
    if not beyond:
        return pd.Series(dtype="str")
    listed = pd.DataFrame(beyond, columns=["submission", "sheet", "row", "value"])
    positions = frame[["submission", "sheet", "row"]].reset_index(names="position")
    return positions.merge(listed).set_index("position")["value"]


def _keep(intake: Intake, contract: Contract, judged: Judged, arrivals: Sequence[Arrival]) -> None:
    """Writes the accepted rows, the keys of those that were sent back, and where the rows stood
    that became one with another."""
    schema = arrow_schema(columns_of(contract) | PROVENANCE)
    table = contract.table
    write_rows(
        intake,
        f"rows_{table}",
        select_arrow(judged.frame.loc[judged.standing, schema.names], schema),
        arrivals,
    )
    sent_back = judged.frame[judged.refused & judged.frame["key"].notna()]
    write_rows(intake, f"kept_{table}", select_arrow(sent_back, KEYS), arrivals)
    if judged.merged.any():
        merged = judged.frame[judged.merged]
        write_rows(
            intake, f"merged_{table}", select_arrow(merged, arrow_schema(PROVENANCE)), arrivals
        )


def _count(intake: Intake, judged: Judged, arrivals: Sequence[Arrival]) -> None:
    """Counts per submission: rows read = accepted + duplicate + quarantined."""
    by = judged.frame["submission"]
    read = by.value_counts()
    duplicate = judged.duplicate.groupby(by).sum()
    refused = (judged.refused & ~judged.duplicate).groupby(by).sum()
    by_number = {submission.id: submission for submission in intake.submissions}
    for arrival in arrivals:
        submission = by_number[arrival.submission]
        submission.rows_read = int(read.get(submission.id, 0))
        submission.duplicate = int(duplicate.get(submission.id, 0))
        submission.quarantined = int(refused.get(submission.id, 0))
        submission.accepted = submission.rows_read - submission.duplicate - submission.quarantined
        if intake.store.contracts[arrival.dataset].traits.has_parts:
            submission.status, submission.why = part_status(intake.store.session, submission.id)


def _count_by_organisation(intake: Intake, contract: Contract, judged: Judged) -> None:
    """Notes whose rows went back, where the row names an organisation that is known."""
    if contract.owner is None:
        return
    columns = ["submission", contract.owner.code]
    sent_back = judged.frame.loc[judged.refused & ~judged.duplicate, columns].dropna()
    counts = sent_back.groupby(columns, as_index=False).size()
    intake.store.session.add_all(
        QuarantinedRows(submission=int(number), org_code=str(code), rows=int(rows))
        for number, code, rows in counts.itertuples(index=False, name=None)
    )


def _keep_findings(
    intake: Intake, contract: Contract, judged: Judged, arrivals: Sequence[Arrival]
) -> None:
    """Writes every finding with the sender's cell: sheet, row and header as written."""
    by_number = {arrival.submission: arrival for arrival in arrivals}
    found = judged.findings.merge(
        judged.frame[["submission", "sheet", "row"]], left_on="position", right_index=True
    )
    found["column"] = [
        _header(by_number[number], column, contract.owner)
        for number, column in zip(found["submission"], found["column"], strict=True)
    ]
    found["dataset"] = contract.table
    doubts = [
        (arrival.submission, doubt.sheet, doubt.row, doubt.header, doubt.message)
        for arrival in arrivals
        for doubt in (arrival.table.doubts if arrival.table else [])
    ]
    schema = arrow_schema(FINDING)
    rows = select_arrow(found.astype({"value": "str"}), schema)
    if doubts:
        rule = intake.rules["header_in_doubt"]
        listed = pd.DataFrame(doubts, columns=["submission", "sheet", "row", "column", "message"])
        listed = listed.assign(
            dataset=contract.table, value=listed["column"], rule=rule.name,
            severity=rule.severity, what_to_do=rule.what_to_do,
        )  # fmt: skip
        rows = pa.concat_tables([rows, select_arrow(listed, schema)])
    if rows.num_rows:
        write_rows(intake, "finding", rows, arrivals)


def _header(arrival: Arrival, column: str, owner: Owner | None) -> str:
    """The sender's header; the organisation's name column where only that one was sent."""
    headers = arrival.table.headers if arrival.table else {}
    if owner is not None and owner.name and column == owner.code and column not in headers:
        column = owner.name
    return headers.get(column, column)
