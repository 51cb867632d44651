"""Exchange logs as they come: encodings, broken lines, rows that can't be accepted."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.logs.log_source import PARQUET
from tests.support.exchange_logs import (
    COLUMNS,
    CONTRACT,
    as_csv,
    random_rows,
    row,
    take,
    written,
)

# --- Quarantine ---------------------------------------------------------------------------


def test_what_is_quarantined_and_how_its_sender_finds_it(tmp_path: Path) -> None:
    chinese = {column.name: column.title for column in CONTRACT.columns}
    rows = [
        row(""), row("B2", resource_id=" "), row("3.61100E+17"), row("B4", resource_id="#REF!"),
        row("B5"), row(""), row("B6", resource_id="12345678-9abc-def0-E+1"),
    ]  # fmt: skip
    text = as_csv(rows).replace(",".join(COLUMNS), "标题\n\n" + ",".join(chinese.values()))
    result = take(tmp_path, text, mapping=chinese, header_row=3)
    assert result.quarantine.to_pylist() == [
        {"row": 4, "column": "批次号", "value": None, "rule": "batch_id_missing"},
        {"row": 5, "column": "资源标识", "value": None, "rule": "resource_id_missing"},
        {"row": 6, "column": "批次号", "value": "3.61100E+17", "rule": "code_damaged"},
        {"row": 7, "column": "资源标识", "value": "#REF!", "rule": "code_damaged"},
    ]
    assert (result.rows_read, result.accepted, result.duplicate) == (7, 2, 1)


def test_words_and_numbers_that_are_no_codes(tmp_path: Path) -> None:
    faults = {
        "无": "resource_id_missing",
        "NULL": "resource_id_missing",
        "-": "resource_id_missing",
    }
    faults |= dict.fromkeys(("TRUE", "-5", "1E+05"), "code_damaged")
    codes = [*faults, "2E3", "R1", "12.5"]
    result = take(tmp_path, [row(f"B{at}", resource_id=code) for at, code in enumerate(codes)])
    quarantine = result.quarantine.to_pylist()
    assert {one["value"]: one["rule"] for one in quarantine} == faults
    assert result.accepted == 3


def test_numbers_with_a_unit_count_and_are_told(tmp_path: Path) -> None:
    written_as = {
        "5": 5, "1,234": 1234, "１２": 12, "12.0": 12, " 7 ": 7, "-3": -3, "8\u200b": 8,
        "3万条": 30_000, "1,234条": 1234, "1.5亿": 150_000_000, "二条": None,
    }  # fmt: skip
    result = take(tmp_path, [row(f"B{at}", row_count=text) for at, text in enumerate(written_as)])
    assert [each["row_count"] for each in written(result)] == list(written_as.values())
    assert result.counts["row_count_with_unit"] == 3
    assert result.counts["unreadable_row_count"] == 1
    assert result.counts["byte_count_with_unit"] == 0


def test_totals_and_notes_are_no_rows_of_a_log(tmp_path: Path) -> None:
    lines = [
        {"batch_id": "合计", "row_count": "1242"},
        {"resource_id": "小计", "row_count": "5条"},
        {"batch_id": "总计", "resource_id": "共4条"},
        {"batch_id": "注：本表由平台自动导出"},
        {"batch_id": "本表由平台导出"},
    ]
    lost = [row("B2", resource_id=""), {"batch_id": "B9"}, {"resource_id": "R9"}]
    result = take(tmp_path, [row("B1"), *lines, *lost])
    assert [(one["row"], one["rule"]) for one in result.quarantine.to_pylist()] == [
        (8, "resource_id_missing"), (9, "resource_id_missing"), (10, "batch_id_missing"),
    ]  # fmt: skip
    assert (result.rows_read, result.accepted, result.duplicate) == (4, 1, 0)


def test_an_apostrophe_before_a_code_is_none_of_it(tmp_path: Path) -> None:
    ids = ["'0361", "＇ 0362", " '0363", "03'64", "'3.61E+17"]
    result = take(tmp_path, [row(f"'B{at}", resource_id=code) for at, code in enumerate(ids)])
    assert [(each["batch_id"], each["resource_id"]) for each in written(result)] == [
        ("B0", "0361"), ("B1", "0362"), ("B2", "0363"), ("B3", "03'64"), ("B4", "3.61E+17"),
    ]  # fmt: skip
    assert result.quarantine["row"].to_pylist() == [6]
    assert result.accepted == 4


def test_cells_beyond_the_header_and_short_records(tmp_path: Path) -> None:
    text = (
        "batch_id,resource_id,direction,status\nB1,R1,归集,成功,extra\nB2,R1\nB3,R1,归集,成功,,\n"
    )
    result = take(tmp_path, text)
    assert result.quarantine.to_pylist() == [
        {"row": 2, "column": "", "value": "extra", "rule": "cells_beyond_header"}
    ]
    assert [each["status"] for each in written(result)] == ["成功", None, "成功"]


def test_resource_ids_that_lost_their_zeros(tmp_path: Path) -> None:
    rows = [
        row(f"B{number}", resource_id=code) for number, code in enumerate(["0361", "1361", "361"])
    ]
    result = take(tmp_path, rows)
    assert result.quarantine["value"].to_pylist() == ["361"]


def test_wide_letters_in_codes_are_the_same_letters(tmp_path: Path) -> None:
    result = take(tmp_path, [row("Ｂ１", resource_id="３６１１ＪＴ／１"), row("B2")])
    assert (written(result)[0]["batch_id"], written(result)[0]["resource_id"]) == ("B1", "3611JT/1")


def test_headers_repeated_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    text = as_csv([row("B1")]) + "\n" + "," * 15 + "\n" + as_csv([row("B2")])
    result = take(tmp_path, text)
    assert (result.rows_read, result.accepted) == (2, 2)


# --- Files --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [row("B1", message="第一"), row("B2", message="第二")]
    content = as_csv(rows).replace(",", delimiter).encode(encoding)
    result = take(tmp_path, content, encoding=encoding, delimiter=delimiter)
    assert [each["message"] for each in written(result)] == ["第一", "第二"]
    zipped = take(
        tmp_path, gzip.compress(content), "gz", encoding=encoding, delimiter=delimiter,
        compression="gzip",
    )  # fmt: skip
    assert written(zipped) == written(result)


def test_a_cut_gzip_is_rejected(tmp_path: Path) -> None:
    whole = gzip.compress(as_csv(random_rows(0, 500)).encode())
    with pytest.raises(UnreadableFile, match="压缩文件"):
        take(tmp_path, whole[: len(whole) // 2], compression="gzip")


def test_a_log_without_rows_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="没有数据行"):
        take(tmp_path, as_csv([]))


@pytest.mark.parametrize(
    "line",
    [
        'B2,R1,归集,成功,"broken"x',
        'B2,R1,归集,成功,"never closed',
        'B2,R1,归集,成功,"two\nlines","and, more"',
        "B2,R1,归集,成功,a,b,c,d,e,f,g",
        "B2,R1,归集,成功," + "z" * 3_000_000,
        "B2,R1,归集,成功\r",
    ],
    ids=["broken", "open", "lines", "wide", "long", "mixed"],
)
def test_no_row_is_lost_to_a_broken_line(tmp_path: Path, line: str) -> None:
    header = "batch_id,resource_id,direction,status,message"
    text = f"{header}\nB1,R1,归集,成功\n{line}\nB3,R1,归集,成功\n"
    assert [each["batch_id"] for each in written(take(tmp_path, text))] == ["B1", "B2", "B3"]


def test_bytes_that_are_no_text_cost_no_rows(tmp_path: Path) -> None:
    content = as_csv([row("B1", message="x"), row("B2")]).encode().replace(b",x", b",\xff")
    assert [each["batch_id"] for each in written(take(tmp_path, content))] == ["B1", "B2"]


def test_a_table_of_text_columns(tmp_path: Path) -> None:
    path = tmp_path / "text.parquet"
    table = pa.table({name: [row("B1").get(name), row("").get(name)] for name in COLUMNS[:10]})
    pq.write_table(table, path)
    result = take(
        tmp_path, path.read_bytes(), encoding=PARQUET, mapping={name: name for name in COLUMNS[:10]}
    )
    assert result.quarantine["row"].to_pylist() == [3]
    assert written(result)[0]["row_count"] == 10
