"""Which rows of a batch are repeats, which go back, which are accepted with a warning.

Keys, organisations and duplicates are settled here, once, before the suites; every other rule
is an expectation. rows read = accepted + duplicate + quarantined, per file.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.rules import FINDING_COLUMNS, Rule, findings
from sharing_pipeline.judging.judged_batch import Judged
from sharing_pipeline.judging.row_organisations import judge_organisations, note_strangers
from sharing_pipeline.judging.suite_report import Suites, validate
from sharing_pipeline.values.identifiers import may_be_rounded

_SHARE_OF_ROUNDED = 0.5
"""From this share on, keys that several rows were rounded to speak for all that look so; a few
among many are codes that end in zeros and were said twice."""


def judge(
    contract: Contract,
    frame: pd.DataFrame,
    rules: dict[str, Rule],
    organisations: Organisations,
    own_organisations: set[int],
    shared_keys: set[int],
    suites: Suites,
    surplus: pd.Series,
    sharing_methods: Mapping[str, str],
) -> Judged:
    """Judges a batch; adds `key` to its frame.

    `own_organisations`: submissions whose rows name their own organisations. `shared_keys`:
    submissions in which several rows may be one entry. `surplus`: filled cells beyond the
    header, by position. `sharing_methods`: by catalogue code, for resources.
    """
    frame = frame.assign(key=_key(contract, frame))
    nothing = pd.Series(False, index=frame.index)
    judged = Judged(
        frame,
        duplicate=frame.duplicated(["submission", "cells"]),
        refused=nothing.copy(),
        merged=nothing.copy(),
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)).astype({"position": "int64"}),
    )
    judged.refuse(findings(rules["cells_beyond_header"], surplus, "", ""))
    _judge_keys(judged, contract, rules)
    _judge_failed_texts(judged, contract, rules)
    if contract.owner is not None:
        judge_organisations(
            judged, contract, contract.owner, rules, organisations, own_organisations
        )
        if contract.owner.code in contract.key:
            # An organisation is the same key, whether its code was written or its name.
            judged.frame["key"] = _key(contract, judged.frame)
    if references := contract.traits.refers_to_own_rows:
        note_strangers(judged.frame, contract.key[0], references)
    _judge_conflicts(judged, contract, rules, shared_keys)
    _run_suite(judged, contract, suites, organisations, sharing_methods)
    return judged


def _key(contract: Contract, frame: pd.DataFrame) -> pd.Series:
    first, *others = [
        frame[name].astype("str")
        if contract[name].type != "date"
        else frame[name].dt.strftime("%F")
        for name in contract.key
    ]
    for other in others:
        first = first.where(first.isna(), first + "|" + other.fillna(""))
    return first


def _judge_keys(judged: Judged, contract: Contract, rules: dict[str, Rule]) -> None:
    frame, once = judged.frame, ~judged.duplicate
    for column in contract.columns:
        if column.type != "code" or not column.required:
            continue
        damaged = once & frame[f"{column.name}__damaged"]
        missing = once & frame[column.name].isna() & ~damaged
        for rule, rows in (("code_damaged", damaged), ("key_missing", missing)):
            written = frame.loc[rows, f"{column.name}__unread"]
            judged.refuse(findings(rules[rule], written, column.name, column.title))


def _judge_failed_texts(judged: Judged, contract: Contract, rules: dict[str, Rule]) -> None:
    """Text cells that hold an error value or a formula without a value; in a key they are lost."""
    for column in contract.columns:
        if column.type == "text":
            failed = judged.frame.loc[~judged.duplicate, f"{column.name}__unread"].dropna()
            rule = rules["code_damaged" if column.name in contract.key else "cell_not_computed"]
            judged.refuse(findings(rule, failed, column.name, column.title))


def _judge_conflicts(
    judged: Judged, contract: Contract, rules: dict[str, Rule], shared_keys: set[int]
) -> None:
    """The same key with other cells, within one file: the first stays."""
    frame = judged.frame
    once = frame.loc[
        ~judged.duplicate & frame["key"].notna() & ~frame["submission"].isin(shared_keys),
        ["submission", "key", "sheet", "row"],
    ]
    later = once.duplicated(["submission", "key"])
    if not later.any():
        return
    key = contract.key[0]
    title = contract[key].title
    rounded = _rounded(once)
    judged.refuse(findings(rules["code_damaged"], rounded, key, title))
    conflicting = once[later & ~once.index.isin(rounded.index)]
    others = _places_of_firsts(once[~later], conflicting)
    judged.refuse(findings(rules["conflicting_duplicate"], conflicting["key"], key, title, others))


def _rounded(once: pd.DataFrame) -> pd.Series:
    """The keys that a spreadsheet cut off after fifteen digits: those of several rows, and where
    these are most of a file's keys that look so, the others too."""
    suspects = once[once["key"].map(may_be_rounded).astype(bool)]
    shared = suspects.duplicated(["submission", "key"], keep=False)
    share = shared.groupby(suspects["submission"]).transform("mean")
    return suspects.loc[shared | (share >= _SHARE_OF_ROUNDED), "key"]


def _places_of_firsts(firsts: pd.DataFrame, conflicting: pd.DataFrame) -> dict[int, str]:
    """Where the key of each conflicting row was first, by position; another sheet is named."""
    keys = ["submission", "key"]
    before = firsts.set_index(keys)[["sheet", "row"]].reindex(
        pd.MultiIndex.from_frame(conflicting[keys])
    )
    return {
        int(position): f"第 {row} 行" if first == own else f"工作表“{first}”第 {row} 行"
        for position, own, first, row in zip(
            conflicting.index, conflicting["sheet"].fillna(""), before["sheet"].fillna(""),
            before["row"], strict=True,
        )
    }  # fmt: skip


def _run_suite(
    judged: Judged,
    contract: Contract,
    suites: Suites,
    organisations: Organisations,
    methods: Mapping[str, str],
) -> None:
    judged.report = validate(
        contract.traits.suite,
        judged.accepted,
        suites,
        sent_back=judged.frame[judged.refused & ~judged.duplicate],
        organisations=organisations,
        sharing_methods=methods,
    )
    found = judged.report.findings
    judged.refuse(found[list(FINDING_COLUMNS)])


def merge_shared(
    judged: Judged, contract: Contract, rules: dict[str, Rule], shared: set[int]
) -> None:
    """Rows of one key in `row_is: resource` files become one entry.

    The first row's fields count and the latest update date; what differs is a warning. What is
    said of the first row's cell is not said of the same cell again.
    """
    rows = judged.accepted
    rows = rows[rows["submission"].isin(shared)]
    later = rows.duplicated(["submission", "key"])
    if not later.any():
        return
    firsts = rows[~later].set_index(["submission", "key"])
    repeated = rows[later]
    _say_once(judged, rows)
    keys = pd.MultiIndex.from_frame(repeated[["submission", "key"]])
    for column in contract.columns:
        if column.name == "last_updated_on":
            continue
        first = firsts[column.name].reindex(keys).set_axis(repeated.index)
        differs = (repeated[column.name] != first) & ~(repeated[column.name].isna() & first.isna())
        written = repeated.loc[differs.fillna(True), column.name]
        judged.refuse(findings(rules["rows_differ"], written, column.name, column.title))
    latest = rows.groupby(["submission", "key"])["last_updated_on"].transform("max")
    judged.frame.loc[rows.index, "last_updated_on"] = latest
    judged.merged |= judged.frame.index.isin(repeated.index)


def _say_once(judged: Judged, rows: pd.DataFrame) -> None:
    """Of the same warnings about the same cell on several rows of an entry the first is kept: a
    catalogue with four files per entry said four times that its cycle is missing."""
    found = judged.findings
    entries = judged.frame.loc[found["position"], ["submission", "key"]].set_axis(found.index)
    warnings = found[["rule", "column", "value", "message"]].join(entries)
    about = found["position"].isin(rows.index) & found["severity"].eq("warning")
    again = warnings[about].duplicated()
    judged.findings = found.drop(again.index[again]).reset_index(drop=True)
