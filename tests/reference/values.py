"""Reads the text of one cell: a date, a moment, a number, yes or no. Unreadable is unknown."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


def moment_of(text: str) -> datetime | None:
    """A moment in Asia/Shanghai. Without a zone it is Shanghai's already; others are converted."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(SHANGHAI)


def day_of(text: str) -> date | None:
    """A date. A time of day is cut off, after conversion to Asia/Shanghai."""
    moment = moment_of(text)
    return moment.date() if moment else None


def days_of(text: str) -> list[date | None]:
    """Dates separated by `;`; the places count, so an empty place is an unknown date."""
    return [day_of(part) for part in text.split(";")]


def number_of(text: str) -> int | None:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        return None


def is_true(text: str) -> bool:
    """true or 是; empty is false."""
    return text.strip() in ("true", "是")
