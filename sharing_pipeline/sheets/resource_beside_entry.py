"""Sheets whose rows have an entry and its resource beside each other (inputs.md §1).

They are read like rows from which a source derives a resource (sources.py); an entry with several
resources stands on several rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.source_keys import ColumnMapping
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.sheets.header_findings import where
from sharing_pipeline.sheets.headers import Assigned, Header, assign
from sharing_pipeline.sheets.matching import header_key

_BOTH = ("catalogue", "resource")


def with_resources_beside(
    grid: Grid,
    header: Header,
    source: Source,
    contracts: Mapping[str, Contract],
    others: Collection[str],
) -> tuple[Grid, Header, Source, str]:
    """The sheet, its header and the source by which it is read, changed if its rows have both an
    entry and a resource; and a note on resource columns that are not read.

    `others` are the datasets of the file's other sheets: with a sheet for each, rows have only one.
    """
    unchanged = grid, header, source
    if not source.canonical or header.dataset not in _BOTH or not header.certain:
        return *unchanged, ""
    entries, resources = (_assigned(header, source, contracts[dataset]) for dataset in _BOTH)
    beside = {
        contracts["resource"][name].title: place
        for name, place in resources.columns.items()
        if place not in entries.columns.values()
    }
    lacking = [name for name in resources.missing if name != "catalogue_code"]
    if header.dataset == "catalogue" and (lacking or "resource" in others):
        required = [column.title for column in contracts["resource"].columns if column.required]
        is_meant = any(title in beside for title in required)
        return *unchanged, _unread(grid, header, beside, lacking, contracts) if is_meant else ""
    if lacking or entries.missing or "catalogue" in others:
        return *unchanged, ""
    without_resource = frozenset(
        row
        for row in range(grid.row_count)
        if not any(grid.columns[place][row] for place in beside.values())
    )
    reader = _reader_of_both(header, source, entries, resources)
    both = replace(header.of(contracts["catalogue"], reader), certain=True)
    return replace(grid, without_items=without_resource), both, reader, ""


def _reader_of_both(
    header: Header, source: Source, entries: Assigned, resources: Assigned
) -> Source:
    """The source as if it declared the columns of entries and of the resources beside them."""
    return source.model_copy(
        update={
            "dataset": "catalogue",
            "columns": _written(header, entries),
            "resource": ColumnMapping.model_validate({"columns": _written(header, resources)}),
            "row_is": "resource",
        }
    )


def _assigned(header: Header, source: Source, contract: Contract) -> Assigned:
    """The columns of one of both datasets; of several candidates, one with the column's exact title
    counts."""
    assigned = assign(header.of(contract, source), source, contract)
    columns, missing = dict(assigned.columns), list(assigned.missing)
    for name, places in assigned.doubtful.items():
        title = header_key(contract[name].title)
        titled = [place for place in places if header_key(header.names[place]) == title]
        if len(titled) == 1:
            columns[name] = titled[0]
        elif contract[name].required:
            missing.append(name)
    return Assigned(columns, missing=missing)


def _written(header: Header, assigned: Assigned) -> dict[str, str]:
    return {name: str(header.names[place]) for name, place in assigned.columns.items()}


def _unread(
    grid: Grid,
    header: Header,
    beside: Collection[str],
    lacking: Collection[str],
    contracts: Mapping[str, Contract],
) -> str:
    titles = "、".join(contracts["resource"][name].title for name in lacking)
    reason = f"缺少{titles}" if lacking else "文件里另有挂载资源的工作表"
    return (
        f"{where(grid, header)}里的“{'”“'.join(beside)}”是挂载资源的列，{reason}，这里没有读。"
        "请核对：资源要补齐这些列，或填在“挂载资源”表里。"
    )
