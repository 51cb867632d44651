"""How a source's JSON is nested, as its YAML declares it; reading/nested.py follows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """How a source's JSON is nested; paths are keys with dots between them.

    `records`: where the list of objects is, when it isn't the only one. `explode`: the list in
    each object of which every item is a row.
    """

    records: str | None = None
    explode: str | None = None
