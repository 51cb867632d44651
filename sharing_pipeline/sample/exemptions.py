"""exemptions.csv: entries and demands that the fictional data authority exempts for a while."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from sharing_pipeline.sample.defects import declared
from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.files import write_csv

HEADER = ("subject_id", "indicator", "valid_from", "valid_to", "approved_by", "reason")
APPROVER = "上饶市数据局（样例）"
REASONS = ("系统迁移", "上级系统统一管理", "机构职能调整", "数据源停用改造")
PAST_SHARE = 0.1
"""So many further exemptions, as a share, have run out before D."""


def _subjects(entries: pd.DataFrame, demand_ids: Iterable[str]) -> list[tuple[str, str]]:
    mount = entries.loc[entries["mount_exempt"], "catalogue_code"]
    update = entries.loc[entries["update_exempt"], "catalogue_code"]
    return [
        *((code, "mount_rate") for code in mount),
        *((code, "update_timeliness") for code in update),
        *((demand_id, "demand_completion") for demand_id in demand_ids),
    ]


def write_exemptions(
    path: Path, seed: int, entries: pd.DataFrame, demand_ids: Iterable[str], on: date
) -> tuple[int, dict[str, int]]:
    """Writes the file; gives the number of its rows and of the planted faults among them.

    Rows without an approver are about further entries, so that no rate depends on them.
    """
    rng = stream(seed, Stream.exemption)
    subjects = _subjects(entries, demand_ids)
    faults = declared("exemption", len(subjects))
    spare = entries.loc[~entries["mount_exempt"] & ~entries["update_exempt"], "catalogue_code"]
    past_count = int(PAST_SHARE * len(subjects)) + 1
    missing_count = faults.get("exemption_no_approver", 0)
    further = spare.iloc[rng.permutation(len(spare))[: past_count + missing_count]]
    rows = []
    for position, (subject, indicator) in enumerate(
        [*subjects, *((code, "update_timeliness") for code in further)]
    ):
        is_past = len(subjects) <= position < len(subjects) + past_count
        approver = "" if position >= len(subjects) + past_count else APPROVER
        start = on - timedelta(days=int(rng.integers(200, 500)))
        end = on - timedelta(days=30) if is_past else on + timedelta(days=int(rng.integers(5, 300)))
        last_day = "" if rng.random() < 0.2 and not is_past else end.isoformat()
        reason = f"（样例）{REASONS[int(rng.integers(0, len(REASONS)))]}"
        rows.append((subject, indicator, start.isoformat(), last_day, approver, reason))
    write_csv(path, HEADER, rows)
    return len(rows), {"exemption_no_approver": sum(row[4] == "" for row in rows)}
