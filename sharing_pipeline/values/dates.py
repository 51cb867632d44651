"""Reads the text of a single cell as a date or a moment; gives None where that would be a guess.

These are pure functions on text. Dates that begin with the day, years of two digits, a month alone
and bare digits that could be anything are left unread on purpose (inputs.md §4, §8). Whole columns
are read in columns.py.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sharing_pipeline.catalog.codes import visible
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import SHANGHAI

_CHINESE_MARKS = str.maketrans("年月日号时分秒", "--  :: ")
_ZONE = r"(?:\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?))?"
_MARKED = re.compile(
    r"(?P<year>\d{4})\s*(?P<mark>[-/.])\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})"
    rf"(?:[.,](?P<fraction>\d+))?)?)?{_ZONE})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[T ]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})"
    rf"(?:\.(?P<fraction>\d+))?{_ZONE})?",
    re.IGNORECASE,
)
_BETWEEN_DATES = re.compile(r"[;,、]|\r?\n|\r")
"""Separates several dates in a cell: punctuation, or the line break that Alt+Enter makes."""
_NUMBER = re.compile(r"(\d+)(?:\.\d+)?")
_SERIAL_DAY_0 = datetime(1899, 12, 30)
"""Day 0 of Excel's serial dates. It is right from 1 March 1900 on: Excel has a 29 February 1900."""


def zone_named(name: str) -> tzinfo:
    """The time zone of this name; raises ConfigurationError if there is none."""
    if name == "Asia/Shanghai":
        return SHANGHAI
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"不认识时区 {name}。请写成 Asia/Shanghai、UTC 这样的名称。"
        ) from error


def read_date(text: str, *, from_workbook: bool = False, zone: tzinfo = SHANGHAI) -> date | None:
    """The date in Shanghai that `text` means; None when it isn't clearly a date.

    A time of day is converted to Shanghai first and then cut off. A number of five digits is an
    Excel serial date only in a workbook; one of 10 or 13 digits counts the seconds or milliseconds
    since 1970 in UTC.
    """
    moment = read_timestamp(text, from_workbook=from_workbook, zone=zone)
    return moment.date() if moment else None


def read_timestamp(
    text: str, *, from_workbook: bool = False, zone: tzinfo = SHANGHAI
) -> datetime | None:
    """The moment that `text` means, as naive Asia/Shanghai wall-clock time, or None.

    `zone` holds for a text that has a time and no zone. A date alone means its midnight.
    """
    text = unicodedata.normalize("NFKC", visible(text)).strip()
    with suppress(ValueError, OverflowError):  # the 31st of a short month, year 0 or 10000
        if number := _NUMBER.fullmatch(text):
            moment = _from_number(text, len(number.group(1)), from_workbook, zone)
            if moment:
                return moment
            text = text.removesuffix(".0")
        marked = text.translate(_CHINESE_MARKS).strip().rstrip(":")
        match = _MARKED.fullmatch(marked) or _COMPACT.fullmatch(text)
        return _from_parts(match, zone) if match else None
    return None


def read_dates(text: str, *, from_workbook: bool = False) -> tuple[str | None, bool]:
    """Several dates as YYYY-MM-DD;YYYY-MM-DD, and whether all of them were understood.

    The position of each date matters, so an empty or unreadable one leaves its place empty. The
    text is None when there is no date at all.
    """
    normal = unicodedata.normalize("NFKC", visible(text))
    places = [place.strip() for place in _BETWEEN_DATES.split(normal)]
    dates = [read_date(place, from_workbook=from_workbook) if place else None for place in places]
    understood = all(day or not place for day, place in zip(dates, places, strict=True))
    written = ";".join(day.isoformat() if day else "" for day in dates)
    return (written if any(dates) else None), understood


def _from_number(text: str, digits: int, from_workbook: bool, zone: tzinfo) -> datetime | None:
    """An Excel serial date or a Unix time, told apart by the digits before the decimal point."""
    if digits == 5 and from_workbook and text[0] != "0":
        serial = _SERIAL_DAY_0 + timedelta(seconds=round(float(text) * 86400))
        return serial if text.isdecimal() else _in_shanghai(serial.replace(tzinfo=zone))
    if digits in (10, 13):
        seconds = float(text) / (1000 if digits == 13 else 1)
        return _in_shanghai(datetime.fromtimestamp(seconds, UTC))
    return None


def _from_parts(match: re.Match[str], default: tzinfo) -> datetime:
    """The moment that a match's named parts give; ValueError when there is no such day or hour."""
    part = match.groupdict()
    day = datetime(int(part["year"]), int(part["month"]), int(part["day"]))
    if part["hour"] is None:
        return day
    moment = day.replace(
        hour=int(part["hour"]),
        minute=int(part["minute"] or 0),
        second=int(part["second"] or 0),
        microsecond=int((part["fraction"] or "").ljust(6, "0")[:6]),
    )
    return _in_shanghai(moment.replace(tzinfo=_offset(part["zone"]) or default))


def _offset(written: str | None) -> tzinfo | None:
    """The zone written behind a time: Z, +08:00, +0800 or +08."""
    if not written:
        return None
    if written in "Zz":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(ahead if written[0] == "+" else -ahead)


def _in_shanghai(moment: datetime) -> datetime:
    """A moment with a zone as naive Asia/Shanghai time."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None)
