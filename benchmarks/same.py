"""Checks that night and floor came to the same figures; otherwise they can't be compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import Ledger

_COMPARED = {
    "assessment": "as_of, indicator, definition, subject_id, org_code, outcome, reason, state, "
    "due_on, deadline_on, overdue_days, evidence_source, evidence_at",
    "scoreboard": "as_of, indicator, definition, scope_type, scope_code, scope_name, numerator, "
    "denominator, excluded, rate_display, target_percent, attained, shortfall, rank, "
    "change_from_previous_night",
}
_SHOWN = 10


def published_table(home: Path, table: str, day: date) -> pa.Table:
    """A table that a home folder has published. Its ledger is closed again, because the folder is
    copied or thrown away afterwards."""
    settings = Settings.read(home)
    ledger = Ledger.open(settings)
    try:
        return Published(settings, ledger).table(table, day)
    finally:
        ledger.engine.dispose()


def refuse_difference(home: Path, floor: Path, day: date) -> str:
    """The number of rows that were compared; SystemExit with rows that only one side has."""
    counts = []
    for table, columns in _COMPARED.items():
        night = published_table(home, table, day)
        sides = {
            "一晚": f"SELECT {columns} FROM night",
            "下限": f"SELECT {columns} FROM '{floor}/{table}.parquet'",
        }
        for side, other_side in (("一晚", "下限"), ("下限", "一晚")):
            query = f"({sides[side]}) EXCEPT ALL ({sides[other_side]}) ORDER BY ALL LIMIT {_SHOWN}"
            rows = duckdb.execute(query).fetchall()
            if rows:
                listed = "\n".join(map(str, rows))
                raise SystemExit(f"{table} 两边不同，下列各行只有{side}有：\n{listed}")
        counts.append(f"{table} {night.num_rows:,} 行")
    return "，".join(counts)
