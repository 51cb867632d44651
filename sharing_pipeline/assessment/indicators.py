"""Every indicator, in the order in which everything shows them.

A new one is a module like mount_rate.py and a line here, its SQL under warehouse/assessment/, a
definition under catalog/definitions/, the words of its reasons in catalog/reasons.yaml and how
an exemption list may name it in catalog/codes/indicator.yaml.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sharing_pipeline.assessment.declaration import Indicator
from sharing_pipeline.assessment.demand_completion import DEMAND_COMPLETION
from sharing_pipeline.assessment.mount_rate import MOUNT_RATE
from sharing_pipeline.assessment.update_timeliness import UPDATE_TIMELINESS

INDICATORS: dict[str, Indicator[Any]] = {
    indicator.id: indicator for indicator in (MOUNT_RATE, UPDATE_TIMELINESS, DEMAND_COMPLETION)
}
"""Indicators by id."""


def subject_kinds() -> pa.Table:
    """Which dataset each indicator's subjects are rows of, for SQL: indicator, dataset."""
    datasets = [indicator.subject.dataset for indicator in INDICATORS.values()]
    return pa.table({"indicator": list(INDICATORS), "dataset": datasets})
