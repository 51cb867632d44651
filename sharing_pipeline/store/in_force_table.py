"""Tables of rows in force as other programs see them: the same in every export and in the mart.

Which rows are in force is decided in in_force/; here only which columns are shown.
"""

from __future__ import annotations

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.store.warehouse_text import identifier, identifiers

IN_FORCE = ("catalogue", "resource", "field", "demand")
"""Tables of rows in force on a day; behind their columns stand submission_id and source."""

IN_FORCE_TABLE = "store/in_force_table"
"""The text that makes a published table of a night's rows in force."""

BEHIND_SOURCE = ("lacks",)
"""Columns of ours that stand behind those that others rely on."""


def in_force_columns(contract: Contract, rows: str) -> dict[str, str]:
    """What IN_FORCE_TABLE leaves open, for the rows in force in the table `rows`."""
    front = [name for name in contract.names if name not in BEHIND_SOURCE]
    behind = [name for name in contract.names if name in BEHIND_SOURCE]
    return {
        "front": identifiers(front),
        "behind": "".join(f", {identifier(name)}" for name in behind),
        "rows": rows,
    }
