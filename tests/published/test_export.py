"""How values leave: every kind of text, in every format."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from sharing_pipeline.errors import UsageError
from sharing_pipeline.published.export import FORMATS, write_table
from sharing_pipeline.values.neutralised import neutralised

ODD = {
    "=1+1": "'=1+1",
    "+86": "'+86",
    "@name": "'@name",
    "-cmd": "'-cmd",
    "\tx": "'\tx",
    "\x01": "'\x01",
    "-1.25": "-1.25",
    "-3": "-3",
    "90.00": "90.00",
    "a,b": "a,b",
    'say "x"': 'say "x"',
    "two\nlines": "two\nlines",
    "目录": "目录",
    "": "",
}


def test_texts_come_back_as_they_were_but_for_what_would_be_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    write_table(pa.table({"place": range(len(ODD)), "text": list(ODD)}), "csv", path)
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == list(ODD.values())
    assert [neutralised(text) for text in ODD] == list(ODD.values())


def test_every_type_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "types.csv"
    rows = pa.table(
        {
            "day": [date(2026, 1, 5), None],
            "at": pa.array([datetime(2026, 1, 5, 3, 4, 5), None], pa.timestamp("us")),
            "yes": [True, None],
            "count": pa.array([1_000_000, None], pa.int64()),
        }
    )
    write_table(rows, "csv", path)
    assert path.read_text(encoding="utf-8") == (
        "day,at,yes,count\n2026-01-05,2026-01-05T03:04:05+08:00,true,1000000\n,,,\n"
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_without_rows_keeps_its_header(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"empty.{form}"
    write_table(pa.table({"text": pa.array([], pa.string())}), form, path)
    assert path.stat().st_size > 0


def test_control_characters_do_not_break_a_workbook(tmp_path: Path) -> None:
    write_table(pa.table({"text": list(ODD)}), "xlsx", tmp_path / "odd.xlsx")


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="写不了"):
        write_table(pa.table({"a": [1]}), "csv", tmp_path / "none" / "a.csv")
