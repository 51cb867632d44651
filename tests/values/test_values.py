"""What a cell's text is read as, and what is left unread because reading it would be a guess."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import SQL_TYPES, Column
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.values.columns import DTYPES, ReadColumn, read_column
from sharing_pipeline.values.dates import read_date, read_dates, read_timestamp, zone_named
from sharing_pipeline.values.numbers import read_integer

CATALOG = PROJECT / "catalog"
CODES = load_codes(CATALOG)


def read(
    texts: list[str | None],
    kind: str,
    *,
    from_workbook: bool | pd.Series = False,
    codes: str | None = None,
    own_codes: dict[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
) -> ReadColumn:
    return read_column(
        pd.Series(texts, dtype="str"),
        Column("x", "列", kind, codes=codes),
        CODES,
        from_workbook=from_workbook,
        own_codes=own_codes,
        timezone=timezone,
    )


def plain(series: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in series]


@pytest.mark.parametrize(
    "text",
    ["2026-03-05", "2026-3-5", "2026/3/5", "2026/03/05", "2026.3.5", "2026.03.05", "2026年3月5日",
     "2026 年 3 月 5 日", "2026年03月05号", "20260305", "２０２６年３月５日", "2026．3．5",
     "\u200b2026-03-05\u00a0", " 2026-03-05 ", "2026-03-05 23:59", "2026-03-05T08:00:00",
     "2026/3/5 8:01:02", "2026年3月5日 10时20分30秒", "2026-03-05 23:59:59.999",
     "2026-03-05T15:59:59Z", "2026-03-04T16:00:00Z", "2026-03-05T00:00:00+08:00",
     "2026-03-04T17:00:00+0100", "2026-03-04T23:30:00-05", "20260305101112", "20260305T000000Z",
     "1772640000", "1772640000.5", "1772640000000", "1772726399999"],
)  # fmt: skip
def test_dates_that_are_read(text: str) -> None:
    assert read_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["0000-00-00", "0000-00-00 00:00:00", "2026-02-30", "2026-13-01", "2026/03", "2026-03",
     "2026年3月", "2026", "202603", "26-03-05", "26.3.5", "5/3/2026", "05-03-2026", "3/5/26",
     "46086", "30000", "60000", "46086.5", "2026-03/05", "2026-3", "20261305", "不详", "长期",
     "2026-03-05前", "约2026-03-05", "2026-03-05 25:00", "2026-03-05 24:00:00", "-", "N/A",
     "2026-03-05~2026-03-06", "99999999999", "1", "0", "10000-01-01", "0001-01-01T00:00:00+14:00",
     "2026-03-05T10:00:00+99:99"],
)  # fmt: skip
def test_dates_that_are_not_guessed(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("46086", date(2026, 3, 5)), ("46086.75", date(2026, 3, 5)), ("25569", date(1970, 1, 1)),
     ("2026-03-05", date(2026, 3, 5)), ("20260305", date(2026, 3, 5)), ("2026", None),
     ("202603", None), ("9999", None), ("01234", None)],
)  # fmt: skip
def test_serials_are_dates_in_a_workbook_only(text: str, day: date | None) -> None:
    assert read_date(text, from_workbook=True) == day


def test_a_moment_without_a_zone_is_the_sources() -> None:
    utc = zone_named("UTC")
    assert read_date("2026-03-05 17:00:00", zone=utc) == date(2026, 3, 6)
    assert read_date("2026-03-05T17:00:00+08:00", zone=utc) == date(2026, 3, 5)
    assert read_date("2026-03-05", zone=utc) == date(2026, 3, 5)
    assert read_date("2026-07-01 23:00", zone=zone_named("Europe/Paris")) == date(2026, 7, 2)
    with pytest.raises(ConfigurationError, match="Mars"):
        zone_named("Mars/Olympus")


def test_timestamps_are_shanghai_wall_clock_without_a_zone() -> None:
    assert read_timestamp("2026-03-05T16:30:00.250Z") == datetime(2026, 3, 6, 0, 30, 0, 250000)
    assert read_timestamp("2026-03-05 16:30") == datetime(2026, 3, 5, 16, 30)
    assert read_timestamp("2026-03-05") == datetime(2026, 3, 5)
    assert read_timestamp("46086.5", from_workbook=True) == datetime(2026, 3, 5, 12)
    assert read_timestamp("1772640000123") == datetime(2026, 3, 5, 0, 0, 0, 123000)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1)), st.integers(-14, 14))
def test_any_moment_keeps_its_instant(moment: datetime, hours: int) -> None:
    sign = "-" if hours < 0 else "+"
    text = f"{moment.isoformat()}{sign}{abs(hours):02}:00"
    expected = datetime.fromisoformat(text).astimezone(ZoneInfo("Etc/GMT-8"))
    assert read_timestamp(text) == expected.replace(tzinfo=None)


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]))
def test_any_date_in_any_order_that_begins_with_the_year(day: date, form: str) -> None:
    text = form.replace("%Y", f"{day.year:04}").replace("%m", f"{day.month}")
    assert read_date(text.replace("%d", f"{day.day}")) == day


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    read_date(text, from_workbook=True)
    read_dates(text)
    read_integer(text)


@pytest.mark.parametrize(
    ("text", "value", "understood"),
    [
        ("2026-03-05", "2026-03-05", True),
        ("2026-3-5;2026.3.9", "2026-03-05;2026-03-09", True),
        ("2026-03-05；2026-03-09", "2026-03-05;2026-03-09", True),
        ("2026-03-05 ; ", "2026-03-05;", True),
        (";2026-03-05", ";2026-03-05", True),
        ("2026-03-05;不详;2026-03-09", "2026-03-05;;2026-03-09", False),
        ("不详", None, False),
        (";", None, True),
        ("2026-03-05、2026-03-09", "2026-03-05;2026-03-09", True),
        ("2026-03-05，2026.3.9", "2026-03-05;2026-03-09", True),
        ("2026-03-05\r\n2026年3月9日\n", "2026-03-05;2026-03-09;", True),
        ("2026-03-05 2026-03-09", None, False),
    ],
)
def test_several_dates_keep_their_places(text: str, value: str | None, understood: bool) -> None:
    assert read_dates(text) == (value, understood)


@pytest.mark.parametrize(
    ("text", "value", "with_unit"),
    [("0", 0, False), ("12", 12, False), ("-3", -3, False), ("1,234,567", 1234567, False),
     ("1，234", 1234, False), ("12 345", 12345, False), ("１２３", 123, False), ("12.0", 12, False),
     (" 7\u00a0", 7, False), ("3万条", 30000, True), ("3 万条", 30000, True),
     ("3萬條", 30000, True),
     ("1.5亿", 150000000, True), ("120条", 120, True), ("35家", 35, True),
     ("2百万个", 2000000, True),
     ("10个工作日", 10, True), ("10天", 10, True), ("3万条记录", 30000, True),
     ("9223372036854775807", 2**63 - 1, False)],
)  # fmt: skip
def test_numbers_that_are_read(text: str, value: int, with_unit: bool) -> None:
    assert read_integer(text) == (value, with_unit)


@pytest.mark.parametrize(
    "text",
    ["12.6", "约300", "300余", "300余条", "3万+", "100-200", "100~200", "≥100", "三万", "1.23456万",
     "1,23", "1,2345", "12 3", "1.2E+05", "3KB", "9223372036854775808", "9" * 5000, "+", "万",
     "12.", "5%", "#N/A", "3万5千"],
)  # fmt: skip
def test_numbers_that_are_not_guessed(text: str) -> None:
    assert read_integer(text) == (None, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("TRUE", True), ("是", True), ("False", False), ("否", False), (" 是 ", True),
     (None, False), ("", False), ("\u200b", False), ("1", None), ("0", None), ("Y", None),
     ("已认可", None)],
)  # fmt: skip
def test_booleans(text: str | None, value: bool | None) -> None:
    column = read([text], "boolean")
    assert plain(column.values) == [value]
    assert plain(column.unread) == [text if value is None else None]


@pytest.mark.parametrize(
    ("text", "code"),
    [("361100/000123", "361100/000123"), ("００１２", "0012"), ("３６１１ＪＴ／１", "3611JT/1"),
     (" A-1 ", "A-1"), ("361E17", "361E17"),
     ("\ufeff36\u200b11\u00a000\u202e", "361100"), ("123456789012345678", "123456789012345678"),
     ("12.0", "12.0"), ("'0361", "0361"), (" ＇ 0361", "0361"), ("36'1", "36'1")],
)  # fmt: skip
def test_codes_are_kept_as_they_are(text: str, code: str) -> None:
    column = read([text], "code")
    assert plain(column.values) == [code]
    assert not column.damaged.any()


@pytest.mark.parametrize(
    "text",
    ["3.61100E+17", "'3.61E17", "4E+15", "3.611e+17", "1E+05", "#N/A", "#REF!", "#NAME?",
     "########", "-5", "-0.5", "-５", "TRUE", "False"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["code", "organisation"])
def test_spoilt_codes_are_never_repaired(text: str, kind: str) -> None:
    column = read([text, "361100"], kind)
    assert plain(column.values) == [None, "361100"]
    assert plain(column.unread) == [text, None]
    assert plain(column.damaged) == [True, False]


@pytest.mark.parametrize(
    ("codes", "spoilt"),
    [
        (["1e5", "2E3", "361100", "361101"], ["1e5", "2E3"]),
        (["1E5", "361100/01"], ["1E5"]),
        (["2E3", "2A3", "361"], []),
        (["1E5", "3F"], []),
        (["1E5", "1E6", "2E1"], []),
        (["361E17"], []),
        (["12.5", "361100001", "361100002"], ["12.5"]),
        (["1", "2", "2.1", "2.2"], []),
        (["2.1", "2.2"], []),
        (["12.5", "361100/01"], []),
        (["100001.0", "100002.00"], ["100001.0", "100002.00"]),
        (["100001.0", "100002"], ["100001.0"]),
        (["100001.0", "A1"], []),
        (["1.0", "2.0"], []),
        (["100001.0", "100001.1"], []),
    ],
)
def test_an_e_or_a_point_among_digits_is_judged_by_the_other_codes(
    codes: list[str], spoilt: list[str]
) -> None:
    assert plain(read(list(codes), "code").unread) == [
        code if code in spoilt else None for code in codes
    ]


@pytest.mark.parametrize(
    "text",
    ["2026-01-02", "2026/1/2", "2026-01-02 00:00:00", "2026/1/2 0:00", "2-Jan", "12-Jan-26",
     "Jan-26", "1月2日", "2026年1月", "2026年1月2日"],
)  # fmt: skip
def test_a_date_among_codes_that_are_nothing_like_it_was_a_code(text: str) -> None:
    for others in (["JYJ-000001", "JYJ-000002"], ["361100", "36110012"], ["1-2-3", "13-2"]):
        column = read([text, *others], "code")
        assert plain(column.unread) == [text, None, None]
        assert plain(column.damaged) == [True, False, False]


@pytest.mark.parametrize(
    "codes",
    [
        ["2026-01-02", "2026-01-03"],
        ["2026-01-02", "2026-01-02B"],
        ["2026-1-31", "2026-1-32"],
        ["3611-01-02", "JYJ-1"],
        ["2-JAN", "2-FIN"],
        ["DEC-01", "EDU-01"],
        ["1月2日", "1月人口"],
    ],
)
def test_codes_that_look_like_dates_are_left_alone(codes: list[str]) -> None:
    assert plain(read(list(codes), "code").values) == codes


@pytest.mark.parametrize("text", ["null", "NULL", "None", "N/A", "n/a", "无", "無", "-", "—", "/"])
def test_a_word_that_says_that_there_is_no_code_is_none(text: str) -> None:
    raw = pd.Series([text], dtype="str")
    must, may = (
        read_column(raw, Column("x", "列", "code", required), CODES, from_workbook=False)
        for required in (True, False)
    )
    assert (plain(must.values), plain(must.unread), must.damaged.any()) == ([None], [text], False)
    assert (plain(may.values), plain(may.unread), may.damaged.any()) == ([None], [None], False)


def test_codes_that_lost_their_leading_zeros() -> None:
    column = read(["001", "002", "010", "120", "11", "7", "A1"], "code")
    assert plain(column.values) == ["001", "002", "010", "120", None, None, "A1"]
    assert plain(column.unread) == [None, None, None, None, "11", "7", None]
    assert plain(column.damaged) == [False, False, False, False, True, True, False]


def test_most_codes_of_a_region_lost_their_leading_zeros() -> None:
    whole, lost = ["0361100001", "0361100006"], ["361100002", "361100003", "361100004"]
    column = read([*whole, *lost], "code")
    assert plain(column.values) == [*whole, None, None, None]
    assert plain(column.unread) == [None, None, *lost]


@pytest.mark.parametrize(
    "codes",
    [
        ["1", "20", "300"],
        ["0361100001", "361100002", "440300003", "440300004"],
        ["0361100001", *(f"3611000{number}" for number in range(10, 30))],
        ["01", "0101", "010101", "2"],
        ["001", "2", "3", "4"],
        ["01", "02", "333"],
    ],
)
def test_codes_of_no_fixed_width_are_left_alone(codes: list[str]) -> None:
    assert plain(read(list(codes), "code").values) == codes


def test_labels_with_and_without_the_sources_own_codes() -> None:
    texts = ["每月更新", "1", "隔日", None, "每年（更新说明：一月）"]
    column = read(list(texts), "label", codes="update_cycle")
    assert plain(column.values) == ["每月", None, None, None, "每年"]
    assert plain(column.unread) == [None, "1", "隔日", None, None]
    assert plain(column.remark) == [None, None, None, None, "更新说明：一月"]
    column = read(list(texts), "label", codes="update_cycle", own_codes={"1": "实时"})
    assert plain(column.values) == ["每月", "实时", None, None, "每年"]


def test_a_status_outside_its_open_table_is_kept_as_written() -> None:
    column = read(["草稿", "DRAFT", "办理中", "3"], "label", codes="demand_status")
    assert plain(column.values) == ["草稿", "草稿", "办理中", None]
    assert plain(column.unread) == [None, None, None, "3"]


def test_a_label_column_without_its_table_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        read(["x"], "label", codes="nowhere")


def test_text_is_kept_but_for_its_edges() -> None:
    column = read([" 人口 信息\u3000", "=1+1", "", " \u200b ", None, "# 号", "a\u202eb"], "text")
    assert plain(column.values) == ["人口 信息", "=1+1", None, None, None, "# 号", "a\u202eb"]
    assert column.unread.isna().all()


@pytest.mark.parametrize("kind", ["text", "date", "integer", "boolean", "code", "organisation"])
def test_what_a_workbook_failed_to_compute_is_unread_in_every_column(kind: str) -> None:
    written = ["=B2&C2", "#N/A", "#DIV/0!"]
    column = read([*written, None], kind, from_workbook=True)
    assert plain(column.unread) == [*written, None]
    expected = False if kind == "boolean" else None
    assert plain(column.values) == [None, None, None, expected]
    assert plain(column.damaged)[:3] == [kind in ("code", "organisation")] * 3


def test_an_open_code_table_keeps_no_formula() -> None:
    column = read(["=A1", "#REF!", "办理中"], "label", codes="demand_status", from_workbook=True)
    assert plain(column.values) == [None, None, "办理中"]
    assert plain(column.unread) == ["=A1", "#REF!", None]


def test_serials_are_told_per_row_when_files_are_joined() -> None:
    mask = pd.Series([True, False])
    column = read(["46086", "46086"], "date", from_workbook=mask)
    assert plain(column.values) == [pd.Timestamp("2026-03-05"), None]
    assert plain(column.unread) == [None, "46086"]


def test_integers_with_a_unit_are_read_with_a_remark() -> None:
    column = read(["3万条", "12", "约3", None], "integer")
    assert plain(column.values) == [30000, 12, None, None]
    assert plain(column.remark) == ["3万条", None, None, None]
    assert plain(column.unread) == [None, None, "约3", None]


@pytest.mark.parametrize("kind", sorted(SQL_TYPES))
@pytest.mark.parametrize("texts", [[], [None, None], ["0001-01-01", "9999-12-31"]])
def test_every_type_has_its_dtype_whatever_the_rows(kind: str, texts: list[str | None]) -> None:
    codes = "update_cycle" if kind == "label" else None
    raw = pd.Series(texts, dtype="str", index=range(10, 10 + len(texts)))
    column = read_column(raw, Column("x", "列", kind, codes=codes), CODES, from_workbook=False)
    assert str(column.values.dtype) == DTYPES[kind]
    for series in (column.values, column.unread, column.remark, column.damaged):
        assert series.index.equals(raw.index)
        assert series.name == "x"


def test_dates_become_date32_cheaply_to_the_edges_of_the_calendar() -> None:
    values = read(["0001-01-01", "9999-12-31", None], "date").values
    arrow = pa.array(values).cast(pa.date32())
    assert arrow.to_pylist() == [date(1, 1, 1), date(9999, 12, 31), None]
