"""Reads the text of a cell as a date, a moment, a number, yes or no; what can't be read is
unknown."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


def moment_of(text: str) -> datetime | None:
    """A moment in Asia/Shanghai; a moment without a zone is taken to be one already."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(SHANGHAI)


def day_of(text: str) -> date | None:
    """A date; a moment is converted to Asia/Shanghai before its time is cut off."""
    moment = moment_of(text)
    return moment.date() if moment else None


def days_of(text: str) -> list[date | None]:
    """Dates separated by `;`. Their positions matter, so an empty position is an unknown date."""
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
