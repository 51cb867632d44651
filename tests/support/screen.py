"""What an officer reads in a table on the Dagster screen."""

from __future__ import annotations

from typing import Any


def rows(table: Any) -> list[dict[str, Any]]:
    """A table's rows as they look, without what keeps characters on one line."""
    return [
        {
            name: value.replace("\u2060", "") if isinstance(value, str) else value
            for name, value in record.data.items()
        }
        for record in table.records
    ]
