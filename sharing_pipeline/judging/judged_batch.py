"""The rows of a batch and what has been found out about them so far."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sharing_pipeline.judging.suite_report import SuiteReport


@dataclass
class Judged:
    """A batch with its verdicts: `duplicate`, `refused` and `merged` by row, and all findings.

    A merged row is accepted and has become one with an earlier row of its key.
    """

    frame: pd.DataFrame
    duplicate: pd.Series
    refused: pd.Series
    merged: pd.Series
    findings: pd.DataFrame
    report: SuiteReport | None = None

    def refuse(self, found: pd.DataFrame) -> None:
        """Adds findings; rows with a critical one are refused."""
        self.findings = pd.concat([self.findings, found], ignore_index=True)
        critical = found.loc[found["severity"] == "critical", "position"]
        if len(critical):
            self.refused |= self.frame.index.isin(critical)

    @property
    def accepted(self) -> pd.DataFrame:
        """The rows that stay."""
        return self.frame[~(self.duplicate | self.refused)]

    @property
    def standing(self) -> pd.Series:
        """Which rows stay, one per key of a file."""
        return ~(self.duplicate | self.refused | self.merged)
