"""Tables of rows in force as other programs see them: the same in every export and in the mart.

Which rows are in force is decided in intake/; here only how they are shown.
"""

from __future__ import annotations

from sharing_pipeline.catalog.contracts import Contract

IN_FORCE = ("catalogue", "resource", "field", "demand")
"""Tables of rows in force on a day; behind their columns stand submission_id and source."""

BEHIND_SOURCE = ("lacks",)
"""Columns of ours that stand behind those that others rely on."""

SUBMISSION_ID = "'S' || lpad(CAST(submission AS VARCHAR), 6, '0') AS submission_id"
"""SQL of a submission's public id."""


def in_force_select(contract: Contract, rows: str) -> str:
    """SELECT of a published table from the relation `rows`, a night's rows in force.

    Of a key in force from two sources only the later received is shown.
    """
    front = ", ".join(f'"{one}"' for one in contract.names if one not in BEHIND_SOURCE)
    behind = "".join(f', "{one}"' for one in contract.names if one in BEHIND_SOURCE)
    return (
        f"SELECT {front}, {SUBMISSION_ID}, source{behind} FROM {rows} AS rows_ "
        f"JOIN (SELECT key, max(submission) AS submission FROM {rows} AS all_ GROUP BY key) "
        "AS latest USING (key, submission) ORDER BY key"
    )
