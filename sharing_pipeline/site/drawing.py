"""Geometry of the page's small pictures: numbers for inline SVG, no markup and no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 300, 44, 5
"""Of a trend in SVG units; EDGE keeps lines and the last point inside."""

LEAST_SPAN = Decimal(4)
"""A trend shows at least this many percentage points, so that a ripple looks like a ripple."""


@dataclass(frozen=True)
class Trend:
    """A line over the published nights: SVG points, the target's height and the last point."""

    first: tuple[date, str]
    last: tuple[date, str]
    low: str
    high: str
    nights: int
    points: str
    target_y: str
    end_x: str
    end_y: str


def draw_trend(rates: Sequence[tuple[date, str]], target: str) -> Trend | None:
    """The trend of (day, rate in percent), days ascending; None for fewer than two nights.

    The horizontal is time, so nights that were not published leave a longer stretch.
    """
    if len(rates) < 2:
        return None
    values = [Decimal(rate) for _, rate in rates]
    bottom, top = _span([*values, Decimal(target)])
    first, last = rates[0][0], rates[-1][0]
    points = [
        (_across((day - first).days, (last - first).days), _up(value, bottom, top))
        for (day, _), value in zip(rates, values, strict=True)
    ]
    return Trend(
        first=rates[0],
        last=rates[-1],
        low=str(min(values)),
        high=str(max(values)),
        nights=len(rates),
        points=" ".join(f"{x},{y}" for x, y in points),
        target_y=_up(Decimal(target), bottom, top),
        end_x=points[-1][0],
        end_y=points[-1][1],
    )


def _span(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    bottom, top = min(values), max(values)
    missing = max(Decimal(0), LEAST_SPAN - (top - bottom)) / 2
    return bottom - missing, top + missing


def _across(days: int, whole: int) -> str:
    return f"{EDGE + Decimal((WIDTH - 2 * EDGE) * days) / whole:.1f}"


def _up(value: Decimal, bottom: Decimal, top: Decimal) -> str:
    return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - bottom) / (top - bottom):.1f}"


def shares(counts: Sequence[int], width: int) -> list[tuple[str, str]]:
    """(x, width) of counts side by side in a bar of that width."""
    whole, left, drawn = sum(counts), 0, []
    for count in counts:
        x = Decimal(width * left) / (whole or 1)
        drawn.append((f"{x:.1f}", f"{Decimal(width * count) / (whole or 1):.1f}"))
        left += count
    return drawn
