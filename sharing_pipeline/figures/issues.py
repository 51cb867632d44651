"""The issue list: what is missed, warned of or noteworthy tonight, compared with the night before.

Findings about rows come from the suites that judge them, outcomes from assessments. They are only
brought together here, each with what to do and whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa
from sqlalchemy.orm import Session

from sharing_pipeline.assessment.deadlines import Cycle, add_cycle
from sharing_pipeline.assessment.indicators import subject_kinds
from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.reasons import Text, Texts
from sharing_pipeline.facts.build import Facts
from sharing_pipeline.facts.findings import load_findings
from sharing_pipeline.in_force.whole_lists import load_file
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import PublishedNight


def list_issues(
    engine: Engine,
    lake: Lake,
    session: Session,
    facts: Facts,
    texts: Texts,
    contracts: Mapping[str, Contract],
    official: Iterable[str],
    night_before: PublishedNight | None,
) -> None:
    """Makes the table `issue` in an engine that holds the facts and tonight's `assessment`.

    `night_before` is the last night that was published before the day, even if nights were
    skipped in between.
    """
    _load_texts(engine, texts, official)
    engine.create("doubled", "figures/doubled")
    _load_vanished(engine, facts.day)
    load_findings(engine, lake, session, facts.day, contracts)
    _load_exemption_changes(engine, lake, facts, night_before)
    _load_contacts(engine, facts)
    before = [lake.path(night_before.issue_path)] if night_before else []
    engine.load_files("issue_before", before, columns_of(contracts["issue"]))
    engine.create("standing", "facts/standing")
    engine.create("found", "figures/found")
    engine.create("issue", "figures/issue")


def _load_texts(engine: Engine, texts: Texts, official: Iterable[str]) -> None:
    engine.load("official", pa.table({"definition": pa.array(list(official), pa.string())}))
    engine.load("subject_kind", subject_kinds())
    for table, key, named in (
        ("reason_text", "reason", texts.reasons),
        ("notice", "notice", texts.notices),
    ):
        engine.load(table, pa.table({key: list(named), **_columns(named.values())}))


def _columns(texts: Iterable[Text]) -> dict[str, list[str]]:
    listed = list(texts)
    return {
        "says": [text.says for text in listed],
        "what_to_do": [text.do for text in listed],
        "severity": [text.severity for text in listed],
    }


def _load_vanished(engine: Engine, day: date) -> None:
    month = Cycle("每月", months=1)
    lately = [
        day_gone
        for (day_gone,) in engine.distinct("state_vanished", "vanished_on")
        if day_gone <= day and day < (add_cycle(day_gone, month) or date.max)
    ]
    engine.load("lately", pa.table({"vanished_on": pa.array(lately, pa.date32())}))
    engine.create("vanished_lately", "figures/vanished_lately")


def _load_exemption_changes(
    engine: Engine, lake: Lake, facts: Facts, night_before: PublishedNight | None
) -> None:
    """What tonight's exemption list adds to that of the night before, and what it drops."""
    before = dict(night_before.facts) if night_before else {}
    for table, files in (("exempt_now", facts.files), ("exempt_before", before)):
        load_file(engine, lake, files, "exemption", table, _EXEMPTION)
    engine.create("exemption_change", "figures/exemption_change")


_EXEMPTION = {
    "subject_id": "VARCHAR",
    "indicator": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "approved_by": "VARCHAR",
    "reason": "VARCHAR",
    "submission": "BIGINT",
}


def _load_contacts(engine: Engine, facts: Facts) -> None:
    known = list(facts.organisations.by_code.values())
    engine.load("contact", pa.table({
        "org_code": pa.array([organisation.org_code for organisation in known], pa.string()),
        "contact": pa.array([organisation.data_officer for organisation in known], pa.string()),
    }))  # fmt: skip
