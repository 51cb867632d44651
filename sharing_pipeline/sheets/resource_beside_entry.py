"""A sheet whose rows have an entry and its resource beside each other (inputs.md §1).

To whoever reads the rows the resource is a source's derived one (sources.py): an entry with
several resources stands on several rows.
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
    """The sheet, its header and the source by which it is read, as they are unless its rows have
    both; and what is to be said about resource columns that are not read.

    `others`: the datasets of the file's other sheets, which then are what they say.
    """
    as_it_is = grid, header, source, ""
    if not source.canonical or header.dataset not in _BOTH or not header.certain:
        return as_it_is
    entries, resources = (_settled(header, source, contracts[one]) for one in _BOTH)
    beside = {
        contracts["resource"][name].title: place
        for name, place in resources.columns.items()
        if place not in entries.columns.values()
    }
    lacking = [name for name in resources.missing if name != "catalogue_code"]
    telling = [one.title for one in contracts["resource"].columns if one.required]
    if header.dataset == "catalogue" and (lacking or "resource" in others):
        told = any(title in beside for title in telling)
        return (*as_it_is[:3], _unread(grid, header, beside, lacking, contracts) if told else "")
    if lacking or entries.missing or "catalogue" in others:
        return as_it_is
    none = frozenset(
        place
        for place in range(grid.row_count)
        if not any(grid.columns[at][place] for at in beside.values())
    )
    reader = source.model_copy(
        update={
            "dataset": "catalogue",
            "columns": _written(header, entries),
            "resource": ColumnMapping.model_validate({"columns": _written(header, resources)}),
            "row_is": "resource",
        }
    )
    both = replace(header.of(contracts["catalogue"], reader), certain=True)
    return replace(grid, without_items=none), both, reader, ""


def _settled(header: Header, source: Source, contract: Contract) -> Assigned:
    """The columns of one of the two; of several headers for one the one with its very title."""
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
    why = f"缺少{titles}" if lacking else "文件里另有挂载资源的工作表"
    return (
        f"{where(grid, header)}里的“{'”“'.join(beside)}”是挂载资源的列，{why}，这里没有读。"
        "请核对：资源要补齐这些列，或填在“挂载资源”表里。"
    )
