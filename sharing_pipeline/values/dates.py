"""One cell's text as a date or a moment, or None where that would be a guess.

Pure functions on text. Day-first dates, two-digit years, a month alone and digits that could be
anything are left unread on purpose (inputs.md §4, §8). Columns are read in columns.py.
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
"""What people write between several dates, and what a key puts there in a spreadsheet's cell."""
_NUMBER = re.compile(r"(\d+)(?:\.\d+)?")
_SERIAL_DAY_0 = datetime(1899, 12, 30)


def zone_named(name: str) -> tzinfo:
    """The zone in which a source writes moments without a zone; ConfigurationError if unknown."""
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
    """The Shanghai date that `text` means, None when it isn't clearly one.

    A time of day is cut after conversion. A five-digit number is an Excel serial only in a
    workbook's number cell; 10 and 13 digits are seconds and milliseconds since 1970 in UTC.
    """
    moment = read_timestamp(text, from_workbook=from_workbook, zone=zone)
    return moment.date() if moment else None


def read_timestamp(
    text: str, *, from_workbook: bool = False, zone: tzinfo = SHANGHAI
) -> datetime | None:
    """The moment that `text` means as naive Asia/Shanghai wall-clock time, else None.

    `zone` holds for text with a time and without a zone of its own; a date alone is midnight.
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
    """Dates one after the other as YYYY-MM-DD;YYYY-MM-DD, and whether all were understood.

    The places count: an empty or unreadable one stays empty. Without any date it is None.
    """
    normal = unicodedata.normalize("NFKC", visible(text))
    places = [place.strip() for place in _BETWEEN_DATES.split(normal)]
    dates = [read_date(place, from_workbook=from_workbook) if place else None for place in places]
    understood = all(day or not place for day, place in zip(dates, places, strict=True))
    written = ";".join(day.isoformat() if day else "" for day in dates)
    return (written if any(dates) else None), understood


def _from_number(text: str, digits: int, from_workbook: bool, zone: tzinfo) -> datetime | None:
    """An Excel serial or a Unix time, by the number of digits before the point."""
    if digits == 5 and from_workbook and text[0] != "0":
        serial = _SERIAL_DAY_0 + timedelta(seconds=round(float(text) * 86400))
        return serial if text.isdecimal() else _in_shanghai(serial.replace(tzinfo=zone))
    if digits in (10, 13):
        seconds = float(text) / (1000 if digits == 13 else 1)
        return _in_shanghai(datetime.fromtimestamp(seconds, UTC))
    return None


def _from_parts(match: re.Match[str], default: tzinfo) -> datetime:
    """The moment of a match's named parts; ValueError when there is no such day or hour."""
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
