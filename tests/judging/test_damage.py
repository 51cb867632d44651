"""Every damage to a clean table is undone correctly or reported at the right cell.

DAMAGED_FILES is how many files are made, some hundred unless told; none crashes, and the rows of
each are conserved.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.damage.cells import REPORTED, UNDONE
from tests.damage.clean import CATALOGUE, RESOURCE
from tests.damage.shapes import Damaged, damaged_file
from tests.support.made.reading import Verdict, only, read, verdicts

FILES = int(os.environ.get("DAMAGED_FILES", "300"))
AT_ONCE = 250
"""Files of one night: they are judged together."""

Judged = list[tuple[Damaged, Verdict]]


@pytest.mark.parametrize("first", range(0, FILES, AT_ONCE))
def test_every_damage_is_undone_or_reported(tmp_path: Path, first: int) -> None:
    files = [damaged_file(seed) for seed in range(first, min(first + AT_ONCE, FILES))]
    wrong = [
        said for file, verdict in judged(tmp_path, files) for said in differences(file, verdict)
    ]
    assert not wrong, "\n".join(wrong[:20])


def test_every_kind_of_damage_occurs() -> None:
    done = {name for seed in range(300) for name in damaged_file(seed).done}
    assert {one.__name__ for one in (*UNDONE, *REPORTED)} <= done
    assert {"merged", "title", "two-row header", "line between", "exact duplicate"} <= done


def judged(folder: Path, files: list[Damaged]) -> Iterator[tuple[Damaged, Verdict]]:
    for kind in (CATALOGUE, RESOURCE):
        mine = [file for file in files if file.kind is kind]
        tables = []
        for file in mine:
            table = only(read(folder, file.data, file.name))
            assert table.rejected is None, f"{file.name} {file.done}: {table.rejected}"
            assert table.dataset == kind.dataset, file.name
            tables.append(table)
        yield from zip(mine, verdicts(tables), strict=True)


def differences(file: Damaged, verdict: Verdict) -> Iterator[str]:
    """What came out otherwise than it should have."""
    where = f"{file.name} {sorted(set(file.done))}"
    dispositions = [row.disposition for row in file.rows.values()]
    expected = tuple(
        dispositions.count(disposition) for disposition in ("accepted", "duplicate", "quarantined")
    )
    counted = (verdict.accepted, verdict.duplicate, verdict.quarantined)
    if verdict.rows_read != len(dispositions) or counted != expected:
        wanted = f"{len(dispositions)} rows {expected}"
        yield f"{where}: {verdict.rows_read} rows {counted}, not {wanted}"
    findings = {(number, *one) for number, row in file.rows.items() for one in row.findings}
    for missed in sorted(findings - verdict.findings):
        yield f"{where}: not reported {missed}: {file.rows[missed[0]].cells}"
    for unexpected in sorted(verdict.findings - findings):
        yield f"{where}: reported {unexpected}: {file.rows[unexpected[0]].cells}"
    for number, row in file.rows.items():
        read_as = verdict.values.get(number, {})
        for column, value in row.values.items() if row.disposition == "accepted" else ():
            found = plain(read_as.get(column))
            if found != value:
                yield f"{where}: row {number} {column} {row.cells[column]!r} is {found!r}"


def plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value
