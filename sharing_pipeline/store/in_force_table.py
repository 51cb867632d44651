"""Tables of rows in force as other programs see them: the same in every export and in the mart.

Which rows are in force is decided in in_force/; here only which columns are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.store.engine import Engine, columns_of
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.warehouse_text import identifier, identifiers

IN_FORCE_TABLE = "store/in_force_table"
"""The text that makes a published table of a night's rows in force."""

_FROM = {"key": "VARCHAR", "submission": "BIGINT", "source": "VARCHAR"}
"""What such a table needs to know of where a row came from."""

BEHIND_SOURCE = ("lacks",)
"""Columns of ours that stand behind those that others rely on."""


def view_in_force(
    engine: Engine, lake: Lake, files: Mapping[str, str], contract: Contract, view: str
) -> None:
    """Makes a view of a dataset's rows among a night's `files`; an empty one for a night that was
    published before the dataset was declared."""
    paths = [lake.path(files[contract.table])] if contract.table in files else []
    engine.view_files(view, paths, columns_of(contract) | _FROM)


def in_force_columns(contract: Contract, rows: str) -> dict[str, str]:
    """What IN_FORCE_TABLE leaves open, for the rows in force in the table `rows`."""
    front = [name for name in contract.names if name not in BEHIND_SOURCE]
    behind = [name for name in contract.names if name in BEHIND_SOURCE]
    return {
        "front": identifiers(front),
        "behind": "".join(f", {identifier(name)}" for name in behind),
        "rows": rows,
    }
