"""Rules settled before the expectation suites: keys, organisations, duplicates, ownership.

Their texts are in catalog/rules.yaml. A finding names the sender's cell, says what is wrong and
what to do; a critical one sends the row back, a warning goes to the issue list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd

from sharing_pipeline.strict_yaml import StrictModel, load_yaml, validate

FINDING_COLUMNS = (
    "position", "rule", "severity", "column", "value", "message", "what_to_do"
)  # fmt: skip
"""A finding: the position is the index of the row in its frame, the column is canonical."""


FINDING = {
    "submission": "BIGINT",
    "dataset": "VARCHAR",
    "sheet": "VARCHAR",
    "row": "BIGINT",
    "column": "VARCHAR",
    "value": "VARCHAR",
    "rule": "VARCHAR",
    "severity": "VARCHAR",
    "message": "VARCHAR",
    "what_to_do": "VARCHAR",
}
"""What is kept of a finding, in lake files of kind `finding`: the sender's own cell."""


@dataclass(frozen=True)
class Rule:
    """A rule's severity, GB/T 36344 dimension and texts.

    A severity is critical or warning; duplicate and held only occur in what a sender is told of a
    row that stays out without a finding (remarks.py).
    """

    name: str
    severity: str
    dimension: str
    message: str
    what_to_do: str

    def texts(self, **facts: str) -> tuple[str, str]:
        """Message and what to do, with the facts filled in."""
        known = {"title": "", "value": "", "other": "", **facts}
        return _filled(self.message, known), _filled(self.what_to_do, known)


class _RuleKeys(StrictModel):
    severity: Literal["critical", "warning", "duplicate", "held"]
    dimension: str
    message: str
    what_to_do: str


class _FileKeys(StrictModel):
    rules: dict[str, _RuleKeys]


@cache
def load_rules(catalog: Path) -> dict[str, Rule]:
    """The rules of catalog/rules.yaml by name; ConfigurationError if it can't be read."""
    path = catalog / "rules.yaml"
    keys = validate(_FileKeys, load_yaml(path), path=path)
    return {name: Rule(name, **dict(rule)) for name, rule in keys.rules.items()}


def findings(
    rule: Rule,
    rows: pd.Series,
    column: str,
    title: str,
    others: Mapping[int, str] | None = None,
    **facts: str,
) -> pd.DataFrame:
    """One finding per row of `rows` (position → written value) about one column; `facts` are what
    else the rule's texts name."""
    listed = []
    for position, value in rows.items():
        written = "" if pd.isna(value) else str(value)
        other = (others or {}).get(int(str(position)), "")
        message, what_to_do = rule.texts(title=title, value=written, other=other, **facts)
        listed.append((position, rule.name, rule.severity, column, written, message, what_to_do))
    return pd.DataFrame(listed, columns=list(FINDING_COLUMNS)).astype({"position": "int64"})


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", fact)
    return text
