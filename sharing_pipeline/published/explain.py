"""Which rows make a figure: one indicator's assessment, narrowed to whom and what is asked for.

Filters what is published and adds names; decides no outcome. One subject's whole history is in
published/subject_history.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.catalog.reasons import Texts, load_texts
from sharing_pipeline.errors import UsageError
from sharing_pipeline.published.arrivals import organisations_of
from sharing_pipeline.published.tables import Published
from sharing_pipeline.store.ledger import Publication

ADDED = ("name", "org_name", "outcome_text", "reason_text")
"""Columns behind the assessment's own: the subject's and organisation's names, and in Chinese
what outcome and reason say."""

UNKNOWN_TEXT = ""


@dataclass(frozen=True)
class Question:
    """What is asked: an indicator's rows of a day, of one organisation or subject, or all."""

    indicator: str
    day: date
    org: str | None = None
    tree: bool = False
    subject: str | None = None
    definition: str | None = None
    revision: int | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class FigureRows:
    """The rows, the publication they are from and the scoreboard row that they make up."""

    publication: Publication
    rows: pa.Table
    figure: dict[str, Any]


def rows_behind(published: Published, question: Question) -> FigureRows:
    """The assessment rows behind a figure, sorted by subject.

    UsageError for an unknown indicator, day, definition, revision, organisation or subject.
    """
    publication = find_publication(published, question)
    at = (question.day, publication.definition, publication.revision)
    board = published.table("scoreboard", *at)
    rows = published.table("assessment", *at)
    figure, members = _scope(published, question, board)
    if members is not None:
        rows = rows.filter(pc.is_in(rows["org_code"], pa.array(sorted(members), pa.string())))
    if question.subject is not None:
        rows = _of_subject(rows, question)
    if question.outcome is not None:
        rows = rows.filter(pc.equal(rows["outcome"], question.outcome))
    return FigureRows(publication, _with_names(published, question, rows, board), figure)


def find_publication(published: Published, question: Question) -> Publication:
    """The publication that is asked about: the official definition's unless one is named."""
    if question.indicator not in INDICATORS:
        known = "、".join(f"{each.id}（{each.title}）" for each in INDICATORS.values())
        raise UsageError(f"没有指标 {question.indicator}。指标有：{known}。")
    definition = question.definition or _official(published, question)
    found = published.publications(question.day, definition, question.revision)[0]
    if found.indicator != question.indicator:
        raise UsageError(
            f"口径 {definition} 是{INDICATORS[found.indicator].title}的，"
            f"不是{INDICATORS[question.indicator].title}的。"
        )
    return found


def _official(published: Published, question: Question) -> str:
    for publication in published.publications(question.day):
        if publication.indicator == question.indicator and publication.official:
            return publication.definition
    raise UsageError(
        f"{question.day} 没有公布{INDICATORS[question.indicator].title}的正式口径，"
        "请用 --definition 指定。"
    )


def _scope(
    published: Published, question: Question, board: pa.Table
) -> tuple[dict[str, Any], set[str] | None]:
    """The scoreboard row of what is asked about, and whose subjects it counts (None: all)."""
    rows = board.to_pylist()
    if question.org is None:
        if question.tree:
            raise UsageError("--tree 要和 --org 一起用。")
        return _row(rows, "all", "all"), None
    code = _org_code(published, question, rows)
    if not question.tree:
        return _row(rows, "org", code), {code}
    organisations = organisations_of(published.settings, published.night(question.day))
    members = {
        row["scope_code"]
        for row in rows
        if row["scope_type"] == "org"
        and code in organisations.ancestors(row["scope_code"], question.day)
    }
    return _row(rows, "org_tree", code), members | {code}


def _row(rows: Sequence[dict[str, Any]], scope_type: str, code: str) -> dict[str, Any]:
    return next(r for r in rows if r["scope_type"] == scope_type and r["scope_code"] == code)


def _org_code(published: Published, question: Question, rows: Sequence[dict[str, Any]]) -> str:
    """The code of the organisation that is asked about by its code or its name."""
    orgs = {row["scope_code"]: row["scope_name"] for row in rows if row["scope_type"] == "org"}
    asked = question.org or ""
    if asked in orgs:
        return asked
    named = [code for code, name in orgs.items() if name == asked]
    if len(named) == 1:
        return named[0]
    if named:
        raise UsageError(f"叫“{asked}”的机构有 {len(named)} 个，请写代码：{'、'.join(named)}。")
    organisations = organisations_of(published.settings, published.night(question.day))
    answering = organisations.answering(asked, question.day)
    if answering != asked:
        raise UsageError(
            f"机构 {asked} 在 {question.day} 已由 {orgs.get(answering, '')}（{answering}）承接，"
            f"请用 --org {answering}。"
        )
    raise UsageError(
        f"{question.day} 没有机构 {asked}。"
        f"机构代码见 sharing export scoreboard --date {question.day}。"
    )


def _of_subject(rows: pa.Table, question: Question) -> pa.Table:
    found = rows.filter(pc.equal(rows["subject_id"], question.subject))
    if not found.num_rows:
        whose = f"机构 {question.org} 的" if question.org else ""
        asked = INDICATORS[question.indicator]
        raise UsageError(
            f"{question.day} {whose}{asked.title}里没有{asked.subject.noun} {question.subject}。"
        )
    return found


def _with_names(
    published: Published, question: Question, rows: pa.Table, board: pa.Table
) -> pa.Table:
    """The rows with the columns ADDED."""
    texts = load_texts(published.settings.catalog)
    orgs = board.filter(pc.equal(board["scope_type"], "org"))
    added = (
        ("subject_id", subject_names(published, question)),
        ("org_code", _pairs(orgs, "scope_code", "scope_name")),
        ("outcome", texts.outcomes),
        ("reason", reasons(texts)),
    )
    for name, (column, known) in zip(ADDED, added, strict=True):
        values = [known.get(value, UNKNOWN_TEXT) for value in rows[column].to_pylist()]
        rows = rows.append_column(name, pa.array(values, pa.string()))
    return rows


def reasons(texts: Texts) -> dict[str, str]:
    """What every reason says in Chinese."""
    return {reason: text.says for reason, text in texts.reasons.items()}


def subject_names(published: Published, question: Question) -> dict[str, str]:
    """Names of the indicator's subjects of the day by their codes."""
    subject = INDICATORS[question.indicator].subject
    return _pairs(published.table(subject.dataset, question.day), subject.key, "name")


def _pairs(rows: pa.Table, key: str, value: str) -> dict[str, str]:
    return dict(zip(rows[key].to_pylist(), rows[value].to_pylist(), strict=True))
