"""What a city has sent: files with rows of text, in the canonical columns of the contracts.

What of it is in force on a day is worked out in received.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

Row = dict[str, str]
"""Canonical column → text of the cell; an absent column means an empty cell."""


@dataclass
class File:
    """A received file of a dataset. A date in its name is the day on which it comes into force."""

    name: str
    rows: list[Row]


@dataclass
class City:
    """Everything that was received; files are listed in the order of receipt, which is by name."""

    organisations: list[Row] = field(default_factory=list)
    exemptions: list[Row] = field(default_factory=list)
    catalogues: list[File] = field(default_factory=list)
    resources: list[File] = field(default_factory=list)
    logs: list[File] = field(default_factory=list)
    demands: list[File] = field(default_factory=list)
    taken_in_on: date | None = None
    """The D of the run that took the files in; None for the night that is asked for."""
