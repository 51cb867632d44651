"""A batch: the rows of one dataset that one night brings, from text cells to typed values.

All files of a night are read in columns together; what a column's own file decides (source's
code table, time zone, a code's width) is kept apart. Judging rows is in row_verdicts.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import pyarrow as pa

from sharing_pipeline.catalog.codes import CodeTable
from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.sheets.first_look import Sniffed
from sharing_pipeline.sheets.raw_table import RawTable, read_as
from sharing_pipeline.values.columns import DTYPES, read_column


@dataclass(frozen=True)
class Arrival:
    """One dataset of one received file, on its way to become a submission.

    `table` holds its rows; a log that is read straight from its file has a `look` instead.
    With neither, `why` says what keeps the file from being read.
    """

    submission: int
    source: Source
    dataset: str
    file_name: str
    file_id: int | None
    sha256: str
    size: int
    received_at: datetime
    effective_on: date
    table: RawTable | None
    look: Sniffed | None = None
    why: str = ""

    @property
    def mode(self) -> str:
        """`full` replaces, `incremental` adds and updates."""
        return self.source.mode_of(self.file_name)

    @property
    def read_as(self) -> str:
        """How the file was read; empty for one that could not be."""
        if self.look is not None:
            return read_as(self.look.format, self.look.encoding, self.look.compression)
        return self.table.read_as if self.table else ""

    @property
    def whole(self) -> bool:
        """Whether the source declares its file to be all there is."""
        return self.source.scope == "whole"


def read_batch(
    contract: Contract, arrivals: Sequence[Arrival], codes: Mapping[str, CodeTable], day: date
) -> pd.DataFrame:
    """One frame of all arrivals of a dataset, indexed 0…n-1 in the order of receipt.

    Columns: submission, source, sheet, row, cells (the hash of the row as sent), as_of, the
    contract's columns typed, and `<name>__unread`, `<name>__remark`, `<name>__damaged`.
    """
    by_source: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        by_source.setdefault(arrival.source.name, []).append(arrival)
    frames = [_read_source(contract, group, codes) for group in by_source.values()]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    frame = frame.sort_values("submission", kind="stable", ignore_index=True)
    frame["as_of"] = pd.Series(day, index=frame.index).astype("datetime64[s]")
    return frame


def _read_source(
    contract: Contract, arrivals: Sequence[Arrival], codes: Mapping[str, CodeTable]
) -> pd.DataFrame:
    raw = pd.concat([_raw_frame(arrival) for arrival in arrivals], ignore_index=True)
    source = arrivals[0].source
    frame = raw[["submission", "sheet", "row", "cells"]].copy()
    frame["source"] = source.name
    columns: dict[str, pd.Series] = {}
    for column in contract.columns:
        if column.name in raw.columns:
            columns |= _read(raw, column, codes, source, contract.table)
        else:
            columns |= _absent(column, raw.index)
    return frame.assign(**columns)


def _raw_frame(arrival: Arrival) -> pd.DataFrame:
    assert arrival.table is not None
    raw = arrival.table.frame.to_pandas(types_mapper=_text_as_str)
    raw["submission"] = arrival.submission
    raw["from_workbook"] = arrival.table.from_workbook
    return raw


def _text_as_str(kind: pa.DataType) -> pd.StringDtype | None:
    return pd.StringDtype(na_value=float("nan")) if pa.types.is_string(kind) else None


def _read(
    raw: pd.DataFrame,
    column: Column,
    codes: Mapping[str, CodeTable],
    source: Source,
    dataset: str,
) -> dict[str, pd.Series]:
    """A column's values and what could not be read of it.

    Codes are read file by file: their width is a property of a file's column.
    """
    own = source.mapping(dataset).codes.get(column.name)
    groups = [raw] if column.type != "code" else [part for _, part in raw.groupby("submission")]
    read = [
        read_column(
            part[column.name],
            column,
            codes,
            from_workbook=part["from_workbook"],
            own_codes=own,
            timezone=source.timezone,
        )
        for part in groups
    ]
    values, unread, remark, damaged = (
        pd.concat([getattr(column, name) for column in read])
        if len(read) > 1
        else getattr(read[0], name)
        for name in ("values", "unread", "remark", "damaged")
    )
    if column.type == "label":
        # What isn't recognised counts as unknown and stays visible as it was written.
        values = values.fillna(unread)
    name = column.name
    return {
        name: values,
        f"{name}__unread": unread,
        f"{name}__remark": remark,
        f"{name}__damaged": damaged.astype(bool),
    }


def _absent(column: Column, index: pd.Index) -> dict[str, pd.Series]:
    empty = False if column.type == "boolean" else None
    nothing = pd.Series(None, index=index, dtype=DTYPES["text"])
    return {
        column.name: pd.Series(empty, index=index, dtype=DTYPES[column.type]),
        f"{column.name}__unread": nothing,
        f"{column.name}__remark": nothing,
        f"{column.name}__damaged": pd.Series(False, index=index),
    }
