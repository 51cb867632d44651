"""The text of a table on the Dagster screen, as an officer reads it."""

from __future__ import annotations

from typing import Any


def rows(table: Any) -> list[dict[str, Any]]:
    """The rows of a table without the invisible characters that keep text on one line."""
    return [
        {
            name: value.replace("\u2060", "") if isinstance(value, str) else value
            for name, value in record.data.items()
        }
        for record in table.records
    ]
