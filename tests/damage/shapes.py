"""Kinds of damage to the shape of a whole sheet, none of which may mislead intake, and the formats
in which damaged tables are written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.damage.cells import REPORTED, UNDONE, Damage, File
from tests.damage.clean import CATALOGUE, RESOURCE, Kind, Row, clean_rows
from tests.support.made.ods import ods_bytes
from tests.support.made.reading import CONTRACTS
from tests.support.made.sheet import Sheet
from tests.support.made.xls import xls_bytes
from tests.support.made.xlsx import xlsx_bytes

WORKBOOKS = {"xlsx": xlsx_bytes, "xls": xls_bytes, "ods": ods_bytes}
TEXTS = ("csv", "tsv")
OBJECTS = ("json", "jsonl", "parquet")
_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
_NOTES = (
    "注：本表每月报送",
    "填表人：某某　联系电话：见附件",
    "说明：以上均为本年数据",
    "数据来源：业务系统",
)


@dataclass
class Damaged:
    """A damaged file, and what must come of it: `rows` by row number. `done` names the damage."""

    name: str
    data: bytes
    kind: Kind
    rows: dict[int, Row] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)


@dataclass
class _Lines:
    """The lines of a sheet that is being written; `rows` has the row of a line, or None."""

    cells: list[list[Any]] = field(default_factory=list)
    rows: list[Row | None] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, cells: Sequence[Any], row: Row | None = None) -> None:
        self.cells.append(list(cells))
        self.rows.append(row)


def damaged_file(seed: int) -> Damaged:
    """A clean table, damaged at random; each seed has codes and names of its own."""
    draw = random.Random(seed)
    kind = draw.choice([CATALOGUE, CATALOGUE, RESOURCE])
    rows, style = clean_rows(draw, kind, seed)
    carrier = draw.choice([*WORKBOOKS, *TEXTS, *TEXTS, *OBJECTS])
    file = File(draw, kind, style, carrier, typed=carrier in WORKBOOKS)
    damaged = Damaged(f"{seed}.{carrier}", b"", kind)
    _damage_cells(file, rows, damaged.done)
    _repeat_rows(file, rows, damaged.done)
    columns = list(kind.columns)
    if draw.random() < 0.5:
        draw.shuffle(columns)
    if carrier in OBJECTS:
        damaged.data = _objects(draw, carrier, columns, rows)
        damaged.rows = {
            number: row for number, row in enumerate(rows, 2) if any(row.cells.values())
        }
        return damaged
    lines = _sheet(file, columns, rows, damaged.done)
    if carrier in TEXTS:
        damaged.data = _text(draw, carrier, lines, damaged.done)
    else:
        damaged.data = _workbook(file, lines, damaged.done)
    damaged.rows = {number: row for number, row in enumerate(lines.rows, 1) if row is not None}
    return damaged


def _damage_cells(file: File, rows: list[Row], done: list[str]) -> None:
    """Damages each row once at most; most rows stay sound, because they show what is spoilt."""
    at_most_once: set[Damage] = set()
    for row in rows[2:]:
        if file.draw.random() < 0.5:
            continue
        damage = file.draw.choice(file.draw.choice([UNDONE, REPORTED]))
        if damage.__name__ == "lost_zeros":
            if damage in at_most_once:
                continue
            at_most_once.add(damage)
        if damage(file, row):
            done.append(damage.__name__)


def _repeat_rows(file: File, rows: list[Row], done: list[str]) -> None:
    """Adds exact duplicates, and rows with the same key and other cells."""
    for row in [row for row in rows if row.disposition == "accepted"]:
        chance = file.draw.random()
        if chance < 0.05:
            # A duplicate is not kept, so the findings of the first row aren't repeated for it.
            rows.append(Row(dict(row.cells), row.values, [], "duplicate"))
            done.append("exact duplicate")
        elif chance < 0.1 and not row.findings:
            text = file.kind.texts[-1]
            conflict = Row({**row.cells, text: "改过了"}, row.values)
            conflict.refuse(file.kind.key, "conflicting_duplicate")
            rows.append(conflict)
            done.append("conflict")


def _header(draw: random.Random, kind: Kind, column: str) -> str:
    """A header that means the column: its name, its title or an alias, written in some way."""
    declared = CONTRACTS[kind.dataset][column]
    name = draw.choice([declared.title, declared.title, declared.name, *declared.aliases])
    wide = "".join(chr(ord(char) + 0xFEE0) if "a" <= char <= "z" else char for char in name)
    spaced = f"{name[:1]} {name[1:]}"
    return draw.choice(
        [name, name, wide, spaced, f"*{name}", f" {name}\u200b", f"{name}（必填）", f"{name}:"]
    )


def _sheet(file: File, columns: list[str], rows: list[Row], done: list[str]) -> _Lines:
    draw, lines = file.draw, _Lines()
    extra = draw.choice([[], [], ["序号"], ["备注说明"]])
    header = [*[_header(draw, file.kind, column) for column in columns], *extra]
    if draw.random() < 0.5:
        done.append("title")
        lines.add(["某市2026年清单"])
        lines.merged.append((0, 0, 0, len(header) - 1))
    for _ in range(draw.choice([0, 0, 1, 3])):
        lines.add([])
    if draw.random() < 0.3:
        done.append("two-row header")
        lines.add(["基本情况", *[None] * (len(header) - 2), "其他情况"])
    lines.add(header)
    for place, row in enumerate(rows):
        if place and draw.random() < 0.1:
            done.append("line between")
            lines.add(draw.choice([[], [" ", None, "　"], header, ["二、以下是另一批"]]))
        cells = [row.cells[column] for column in columns]
        lines.add([*cells, *["x" for _ in extra], *row.beyond], row)
    if draw.random() < 0.4:
        done.append("below")
        lines.add([])
        lines.add(["合计"])
        lines.add([draw.choice(_NOTES)])
    return lines


def _text(draw: random.Random, carrier: str, lines: _Lines, done: list[str]) -> bytes:
    text = io.StringIO()
    delimiter = "\t" if carrier == "tsv" else draw.choice([",", ",", ";", "|"])
    writer = csv.writer(text, delimiter=delimiter, lineterminator=draw.choice(["\n", "\r\n"]))
    for cells in lines.cells:
        record = ["" if cell is None else cell for cell in cells]
        while record and record[-1] == "" and draw.random() < 0.5:
            record.pop()  # a short record is padded
        # A record of one empty cell would be written as a pair of quotes.
        writer.writerow(record if any(record) else [])
    encoding = draw.choice(_ENCODINGS)
    done.append(f"{encoding} {delimiter!r}")
    data = text.getvalue().encode(encoding)
    return gzip.compress(data, 1) if draw.random() < 0.2 else data


def _workbook(file: File, lines: _Lines, done: list[str]) -> bytes:
    draw = file.draw
    rows = len(lines.cells)
    sheet = Sheet(
        draw.choice(["Sheet1", CONTRACTS[file.kind.dataset].sheet, "2026年"]),
        lines.cells,
        lines.merged,
        hidden_rows=frozenset(draw.sample(range(rows), draw.choice([0, 0, 2]))),
        hidden_columns=frozenset(draw.sample(range(3), draw.choice([0, 0, 1]))),
    )
    if draw.random() < 0.3:
        _merge_departments(file, lines, done)
    other_sheets = [Sheet("填表说明", [["怎样填写"]]), Sheet("旧表", lines.cells, hidden=True)]
    return WORKBOOKS[file.carrier]([sheet, *draw.sample(other_sheets, draw.randrange(3))])


def _merge_departments(file: File, lines: _Lines, done: list[str]) -> None:
    """Merges the organisation's cells of two neighbouring rows."""
    column = file.kind.organisation
    if column is None:
        return
    for place in range(len(lines.rows) - 1):
        row, below = lines.rows[place], lines.rows[place + 1]
        if row is None or below is None:
            continue
        organisation = row.cells[column]
        are_sound = not row.findings and not below.findings
        are_alike = organisation == below.cells[column] and row.disposition == below.disposition
        if are_sound and are_alike:
            index = lines.cells[place].index(organisation)
            lines.merged.append((place, index, place + 1, index))
            lines.cells[place + 1][index] = None
            done.append("merged")
            return


def _objects(draw: random.Random, carrier: str, columns: list[str], rows: list[Row]) -> bytes:
    listed = [{column: row.cells[column] for column in columns} for row in rows]
    if carrier == "parquet":
        stream = io.BytesIO()
        schema = pa.schema([(column, pa.string()) for column in columns])
        pq.write_table(pa.Table.from_pylist(listed, schema), stream)
        return stream.getvalue()
    for cells in listed:
        for column in columns:
            if cells[column] is None and draw.random() < 0.5:
                del cells[column]  # a missing cell is as empty as a null
    if carrier == "json":
        return json.dumps(listed, ensure_ascii=draw.random() < 0.5).encode()
    return "\n".join(json.dumps(cells, ensure_ascii=False) for cells in listed).encode()
