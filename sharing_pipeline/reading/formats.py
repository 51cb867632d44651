"""Turns a file's bytes into grids of text cells, whatever the format.

`read_file` decides the format by the content, never by the extension. Headers, datasets and
sources have no meaning here yet. This code runs in the limited child process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.content import TEXT_FORMATS, identify, unpack
from sharing_pipeline.reading.delimited import read_delimited
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.reading.objects import read_json, read_json_lines
from sharing_pipeline.reading.parquet import read_parquet
from sharing_pipeline.reading.text import decode
from sharing_pipeline.reading.workbook import MACROS, read_workbook
from sharing_pipeline.settings import Limits

EXTENSIONS = {
    "xlsx": (".xlsx", ".xlsm", ".xltx"),
    "xlsb": (".xlsb",),
    "xls": (".xls", ".et"),
    "ods": (".ods",),
    "parquet": (".parquet",),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "csv": (".csv", ".txt"),
    "tsv": (".tsv", ".txt"),
}
"""The usual extensions of each format; the sender gets a note about any other extension."""


@dataclass(frozen=True)
class Reading:
    """What a file holds. Only text formats have an `encoding`; `notes` are for the sender."""

    format: str
    grids: list[Grid]
    encoding: str | None = None
    compression: str | None = None
    delimiter: str | None = None
    notes: list[str] = field(default_factory=list)


def read_file(
    path: Path,
    file_name: str,
    limits: Limits,
    shape: Shape | None = None,
    hidden: tuple[str, ...] = (),
) -> Reading:
    """Every visible sheet of the file as text cells.

    `path` is where the bytes are now, `file_name` what the sender called the file. `shape` says how
    a JSON is nested, None that it isn't. Hidden sheets are read only if their names begin with
    `hidden`. UnreadableFile says why a file can't be read or which limit it passes.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise UnreadableFile(
            f"文件有 {size:,} 字节，超过 {limits.file_bytes:,} 的上限。请拆成几个文件后重报。"
        )
    data, compression = unpack(path.read_bytes(), limits)
    form = identify(data)
    if form in TEXT_FORMATS:
        reading = _read_text(data, compression, limits, shape)
    elif form == "parquet":
        reading = Reading(form, [read_parquet(data, limits)], compression=compression)
    else:
        grids, notes = read_workbook(data, form, limits, hidden)
        reading = Reading(form, grids, compression=compression, notes=notes)
    reading.notes.extend(
        note for note in _extension_notes(file_name, reading.format) if note not in reading.notes
    )
    return reading


def _read_text(
    data: bytes, compression: str | None, limits: Limits, shape: Shape | None
) -> Reading:
    text, encoding = decode(data)
    form = identify(data, text)
    if form == "csv":
        grid, delimiter, notes = read_delimited(text, limits)
        form = "tsv" if delimiter == "\t" else "csv"
        return Reading(form, [grid], encoding, compression, delimiter, notes)
    read = read_json if form == "json" else read_json_lines
    form, grid = read(text, limits, shape)
    return Reading(form, [grid], encoding, compression)


def _extension_notes(file_name: str, form: str) -> list[str]:
    name = file_name.lower().removesuffix(".gz")
    extension = Path(name).suffix
    if extension == ".xlsm":
        return [MACROS]
    if extension and extension not in EXTENSIONS[form]:
        return [f"扩展名是 {extension}，内容是 {form}，已按内容读取。"]
    return []
