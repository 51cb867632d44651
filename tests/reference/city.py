"""What a city has sent in: files with rows of text, in the canonical columns of the contracts.

Only the container. What is in force of it on a day is in received.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

Row = dict[str, str]
"""Canonical column → the cell's text; a column that is absent is an empty cell."""


@dataclass
class File:
    """One received file of one dataset. A date in its name is the day it comes into force."""

    name: str
    rows: list[Row]


@dataclass
class City:
    """Everything that was received, every list in the order of receipt (that of the names)."""

    organisations: list[Row] = field(default_factory=list)
    exemptions: list[Row] = field(default_factory=list)
    catalogues: list[File] = field(default_factory=list)
    resources: list[File] = field(default_factory=list)
    logs: list[File] = field(default_factory=list)
    demands: list[File] = field(default_factory=list)
    taken_in_on: date | None = None
    """D of the run that took the files in; None where it is the night that is asked for."""
