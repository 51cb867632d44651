"""What a sender is told about a file: counts per dataset, and remarks with the cell of each.

Plain data that travels to whoever shows it, on a terminal or in a workbook; remarks.py makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.sheets.raw_table import OwnSheets, Skipped

_WORKBOOKS = ("xlsx", "xlsb", "xls", "ods")


@dataclass(frozen=True)
class Remark:
    """One thing said about a cell. `column` counts from 1; `header` is empty for a whole row, and
    `row` None for the whole file. `again`: it was said of the row that this one repeats."""

    level: str
    rule: str
    sheet: str
    row: int | None
    column: int
    header: str
    value: str
    message: str
    what_to_do: str
    again: bool = False


@dataclass(frozen=True)
class DatasetReport:
    """What became of one dataset of a file: its submission's counts, and the remarks."""

    dataset: str
    title: str
    sheet_title: str
    rows_read: int
    accepted: int
    duplicate: int
    quarantined: int
    status: str
    why: str
    remarks: tuple[Remark, ...] = ()

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return sum(remark.level == "warning" and not remark.again for remark in self.remarks)

    @property
    def clean(self) -> bool:
        """Nothing to say."""
        return self.status == "accepted" and not self.remarks


@dataclass(frozen=True)
class FileReport:
    """What a sender is told about one file. `format` is empty for what could not be read;
    `headers`: the row of the header by sheet; `shape`: how its JSON was read as nested;
    `own_sheets`: what the sheets are called that a reply adds to it."""

    file_name: str
    source: str
    datasets: tuple[DatasetReport, ...]
    headers: Mapping[str, int] = field(default_factory=dict)
    format: str = ""
    encoding: str | None = None
    compression: str | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    shape: Shape | None = None
    own_sheets: OwnSheets = field(default_factory=OwnSheets)

    @property
    def clean(self) -> bool:
        """Nothing to say about any dataset."""
        return all(dataset.clean for dataset in self.datasets)

    @property
    def is_workbook(self) -> bool:
        """Whether it was read, from sheets."""
        return self.format in _WORKBOOKS

    @property
    def remarks(self) -> list[Remark]:
        """All remarks, each said once: two datasets made of one row may share one."""
        return list(
            dict.fromkeys(remark for dataset in self.datasets for remark in dataset.remarks)
        )
