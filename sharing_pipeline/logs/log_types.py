"""The expressions that turn a log's text cells into typed columns, one per column.

The forms that logs are usually written in are read in SQL; whatever else occurs is read by
columns.py, once per distinct text, and comes back here as lookup tables. What neither understands
stays visible as written in the column `unread`. Only fills in what logs/normalised.sql,
logs/health.sql and logs/fault.sql leave open, because it follows from the contract's columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sharing_pipeline.catalog.codes import INVISIBLE, CodeTable
from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.store.warehouse_text import identifiers, literal
from sharing_pipeline.values.identifiers import ASCII, FULL_WIDTH, NO_CODE, SPOILT

BEYOND = "beyond_header"
"""The key in `unread` of the first filled cell beyond the header."""

WITH_UNIT = "{}__unit"
"""The key in `unread` of a number that was read, by its column: its text, which has a unit."""

KEYS = ("batch_id", "resource_id")
"""The codes without which a row can't be accepted."""

_ASCII = (*KEYS, "content_hash")
"""Texts that are ASCII as a rule, which makes the test for white space cheap."""
_SPARSE = ("error_party",)
"""Mostly empty: an empty value alone is no sign of an unreadable one."""
_SHORT_BYTES = max(len(text.encode()) for text in (*NO_CODE, "false"))
"""The longest word that is no code."""
_WHITE_SPACE = r"\x09-\x0d\x1c-\x20\x{85}\p{Z}"
_HIDDEN = "".join(f"\\x{{{ord(c):x}}}" if c != "-" else "-" for c in INVISIBLE)
_DIGITS = "'０１２３４５６７８９', '0123456789'"
_WITH_UNIT = "([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})[条家个项行次份件]?"
_ONLY_UNITS = r'\{("\w+__unit":"[^"]*",?)+\}'
_TEN_THOUSANDS = "[0-9]{1,10}万[条家个项行次份件]?"
_MOMENT_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f",
)  # fmt: skip
_WITH_ZONE = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}(:?\d{2})?)"
_EIGHT_HOURS = 8 * 3_600_000_000
_FIXED_ZONES = {"Asia/Shanghai": "", "UTC": " + INTERVAL 8 HOUR"}
"""Zones whose moments are Shanghai time by adding; in others SQL reads no moment without zone."""
_BOOLEANS = {"true": "true", "false": "false", "是": "true", "否": "false", "TRUE": "true",
             "FALSE": "false", "True": "true", "False": "false"}  # fmt: skip


def read_in_sql(column: Column) -> bool:
    """Whether a column's cells are more than text, so that they can be unreadable."""
    return column.type in ("label", "timestamp", "integer", "boolean")


def _untidy(name: str, raw: str) -> str:
    """The SQL test for white space around a cell; in ASCII texts for any, for what isn't ASCII, and
    for the apostrophe before a code.

    Cheap for healthy cells; may say yes too often. Knows of control characters at a cell's end
    only tab and line ends.
    """
    if name in _ASCII:
        inside = " OR ".join(f"contains({raw}, chr({code}))" for code in (9, 10, 13, 32))
        return f"({raw} < '(' OR strlen({raw}) <> length({raw}) OR {inside})"
    ends = " OR ".join(f"ends_with({raw}, chr({code}))" for code in (9, 10, 13))
    return f"({raw} < '!' OR trim({raw}) <> {raw} OR {ends})"


def _damaged(code: str) -> str:
    """The SQL test that a spreadsheet has spoilt a code."""
    return f"({_may_be_no_code(code)} AND regexp_full_match({code}, {literal(SPOILT)}, 'i'))"


def _missing(code: str) -> str:
    """The SQL test that there is no code, or only a word that says so."""
    words = ", ".join(literal(word) for word in sorted(NO_CODE))
    return f"({code} IS NULL OR (strlen({code}) <= {_SHORT_BYTES} AND {code} IN ({words})))"


def _may_be_no_code(code: str) -> str:
    """A test that most healthy codes fail for a tenth of a regular expression's price."""
    marks = " OR ".join(f"contains({code}, '{mark}')" for mark in "+-.#")
    # What begins with a letter is no number, and no error value.
    return f"(({code} < 'A' AND ({marks})) OR strlen({code}) <= {_SHORT_BYTES})"


def _repeats_header(titles: Mapping[str, str]) -> str:
    """The SQL test that a row is the header once more; `titles` are the sender's, by column."""
    tests = [f"{key} = {literal(titles[key].strip())}" for key in KEYS if key in titles]
    return f"({' AND '.join(tests)})" if tests else "false"


def fault_tests(contract: Contract, titles: Mapping[str, str]) -> dict[str, str]:
    """What logs/fault.sql leaves open: the tests of a row; `titles` are the sender's, by column."""
    filled = [column.name for column in contract.columns if column.type != "boolean"]
    blank = " AND ".join(f'"{name}" IS NULL' for name in [*filled, "unread"])
    return {
        "is_blank": blank,
        "repeats_header": _repeats_header(titles),
        **{f"{key}_missing": _missing(key) for key in KEYS},
        **{f"{key}_damaged": _damaged(key) for key in KEYS},
    }


def health_tests(
    contract: Contract, titles: Mapping[str, str], tidied: Collection[str]
) -> dict[str, str]:
    """What logs/health.sql leaves open: `suspicious`, whether any row may be no healthy row,
    `unread`, and for each column that was taken as it is whether any cell may be untidy."""
    suspects = [
        "contains(unread, 'beyond_header')",
        _repeats_header(titles),
        "starts_with(resource_id, '0')",
        *[f"{key} IS NULL OR {_may_be_no_code(key)}" for key in KEYS],
    ]
    unread = f"unread IS NOT NULL AND NOT regexp_full_match(unread, {literal(_ONLY_UNITS)})"
    tests = {"suspicious": " OR ".join(suspects), "unread": unread}
    tests |= {
        column.name: _untidy(column.name, f'"{column.name}"')
        for column in contract.columns
        if not read_in_sql(column) and column.name not in tidied
    }
    flags = [f'COALESCE(bool_or({test}), false) AS "{name}"' for name, test in tests.items()]
    return {"flags": ", ".join(flags)}


def typed_columns(
    received: str,
    contract: Contract,
    present: Collection[str],
    codes: Mapping[str, CodeTable],
    *,
    timezone: str,
    untidy_columns: Collection[str] = (),
    looked_up: Sequence[str] = (),
) -> dict[str, str]:
    """What logs/normalised.sql leaves open, for the texts in the view `received`.

    `untidy_columns` are tidied; to find out from the written file that none need be is cheaper.
    `looked_up`: columns with a table lookup_<column> (raw, value, blank); blank marks a text that
    holds nothing.
    """
    raws, values = [], []
    for column in contract.columns:
        raw = f'source."{column.name}"' if column.name in present else "CAST(NULL AS VARCHAR)"
        if not read_in_sql(column):
            tidy = column.name in untidy_columns
            values.append(f'{_tidied(column.name, raw) if tidy else raw} AS "{column.name}"')
            continue
        value = _value(column, raw, codes, timezone)
        if column.name in looked_up:
            lookup = f'"lookup_{column.name}"'
            value = f"COALESCE({value}, CAST({lookup}.value AS {_type(column, codes)}))"
            raw = f"CASE WHEN {lookup}.blank THEN NULL ELSE {raw} END"
        if column.type == "integer":
            raws.append(f'{_is_wordy(raw)} AS "wordy_{column.name}"')
        raws.append(f'{raw} AS "raw_{column.name}"')
        values.append(f'{value} AS "{column.name}"')
    return {
        "columns": identifiers(contract.names),
        "unread": _unread(contract),
        "values": ", ".join([*values, *raws]),
        "received": received,
        "lookups": " ".join(
            f'LEFT JOIN "lookup_{name}" ON source."{name}" = "lookup_{name}".raw'
            for name in looked_up
        ),
    }


def _value(column: Column, raw: str, codes: Mapping[str, CodeTable], timezone: str) -> str:
    """A cell's value where it is written in a usual form, else NULL."""
    if column.type == "label":
        return _label(codes[column.codes or ""], raw)
    if column.type == "timestamp":
        return _moment(raw, timezone)
    if column.type == "boolean":
        known = " ".join(f"WHEN {literal(text)} THEN {value}" for text, value in _BOOLEANS.items())
        return f"CASE WHEN {raw} IS NULL THEN false ELSE CASE {raw} {known} END END"
    return _whole_number(raw)


def _is_wordy(raw: str) -> str:
    """The SQL test that a number's text has more than digits and signs."""
    signs = f"0-9０-９,，.．+＋－{_WHITE_SPACE}{_HIDDEN}\\x{{a0}}\\-"
    return f"CASE WHEN {_is_plain(raw)} THEN false ELSE regexp_matches({raw}, '[^{signs}]') END"


def _is_plain(raw: str) -> str:
    """The SQL test that a number is written as a program writes it."""
    return f"CAST(TRY_CAST({raw} AS BIGINT) AS VARCHAR) = {raw}"


def _whole_number(raw: str) -> str:
    """Plain digits, else digits of any width with separators or one of the usual units;
    numbers.py reads the rest. A cast alone would round 12.6 and read 1e3 and 1_000."""
    narrow = f"translate({raw}, {_DIGITS})"
    digits = f"replace(regexp_extract({narrow}, '^[0-9,]+'), ',', '')"
    return (
        f"CASE WHEN {_is_plain(raw)} THEN TRY_CAST({raw} AS BIGINT) "
        f"WHEN regexp_full_match({narrow}, {literal(_WITH_UNIT)}) THEN CAST({digits} AS BIGINT) "
        f"WHEN regexp_full_match({narrow}, {literal(_TEN_THOUSANDS)}) "
        f"THEN CAST({digits} AS BIGINT) * 10000 END"
    )


def _type(column: Column, codes: Mapping[str, CodeTable]) -> str:
    return _enum(codes[column.codes or ""]) if column.type == "label" else column.sql_type


def _enum(table: CodeTable) -> str:
    """Labels as one byte each: the Parquet writer needs no dictionary of its own for them."""
    return f"ENUM({', '.join(literal(value) for value in table.values)})"


def _label(table: CodeTable, raw: str) -> str:
    written = {value: value for value in table.values} | {
        label: value for label, value in table.labels.items() if label not in table.values
    }
    known = " ".join(
        f"WHEN {literal(label)} THEN CAST({literal(value)} AS {_enum(table)})"
        for label, value in written.items()
    )
    return f"CASE {raw} {known} END"


def _moment(raw: str, timezone: str) -> str:
    """A moment in Shanghai wall-clock time; the year bounds turn away years of two digits and
    the words infinity and epoch, which strptime reads."""
    without_zone = "NULL"
    if timezone in _FIXED_ZONES:
        formats = ", ".join(literal(form) for form in _MOMENT_FORMATS)
        plain = f"try_strptime({raw}, [{formats}])"
        bounds = "TIMESTAMP '1901-01-01' AND TIMESTAMP '9998-12-31'"
        shifted = plain + _FIXED_ZONES[timezone]
        without_zone = f"CASE WHEN {plain} BETWEEN {bounds} THEN {shifted} END"
    zoned = f"make_timestamp(epoch_us(TRY_CAST({raw} AS TIMESTAMPTZ)) + {_EIGHT_HOURS})"
    epoch = f"make_timestamp(CAST({raw} AS BIGINT) * 1000 + {_EIGHT_HOURS})"
    return (
        f"COALESCE({without_zone}, CASE"
        f" WHEN regexp_full_match({raw}, {literal(_WITH_ZONE)}) THEN {zoned}"
        f" WHEN regexp_full_match({raw}, '[0-9]{{13}}') THEN {epoch} END)"
    )


def _tidied(name: str, raw: str) -> str:
    """A text or code without the white space around it, a code without hidden characters, without
    the apostrophe before it and with half-width letters, digits and signs; a cell that shows
    nothing is empty."""
    shown = raw
    if name in KEYS:
        narrow = f"translate({raw}, {literal(FULL_WIDTH)}, {literal(ASCII)})"
        shown = f"regexp_replace({narrow}, '[{_HIDDEN}\\x{{a0}}]', '', 'g')"
    edges = f"'^[{_WHITE_SPACE}]+|[{_WHITE_SPACE}]+$'"
    nothing = f"'[{_WHITE_SPACE}{_HIDDEN}]*'"
    tidy = f"regexp_replace({shown}, {edges}, '', 'g')"
    if name in KEYS:
        tidy = f"regexp_replace({tidy}, '^''[{_WHITE_SPACE}]*(.)', '\\1')"
    return (
        f"CASE WHEN NOT {_untidy(name, raw)} OR {raw} IS NULL THEN {raw}"
        f" WHEN regexp_full_match({raw}, {nothing}) THEN NULL"
        f" ELSE {tidy} END"
    )


def _unread(contract: Contract) -> str:
    """JSON of what could not be read, by column; NULL for a healthy row.

    The outer test is for all rows and only says where to look.
    """
    names = [column.name for column in contract.columns if read_in_sql(column)]
    flawed = {name: f'"raw_{name}" IS NOT NULL AND "{name}" IS NULL' for name in names}
    somewhere = [f"({flawed[name]})" if name in _SPARSE else f'"{name}" IS NULL' for name in names]
    cells = {name: f'"raw_{name}"' for name in names} | {BEYOND: "beyond"}
    flawed[BEYOND] = "trim(beyond) <> ''"
    for name in (column.name for column in contract.columns if column.type == "integer"):
        key = WITH_UNIT.format(name)
        cells[key], flawed[key] = f'"raw_{name}"', f'"wordy_{name}" AND "{name}" IS NOT NULL'
        somewhere.append(f'"wordy_{name}"')
    pairs = ", ".join(
        f"CASE WHEN {test} THEN '\"{name}\":' || to_json({cells[name]}) END"
        for name, test in flawed.items()
    )
    return (
        f"CASE WHEN {' OR '.join([*somewhere, 'beyond IS NOT NULL'])} "
        f"THEN NULLIF('{{' || concat_ws(',', {pairs}) || '}}', '{{}}') END"
    )
