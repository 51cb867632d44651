"""Finds a sheet's header, the dataset that it announces, and the columns that are in doubt.

Which header is which column is found out in matching.py. Nothing is guessed: a column with two
candidates is in doubt, and a required column that is in doubt or missing is a reason to reject the
sheet (inputs.md §8).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from sharing_pipeline.catalog.contracts import Contract, Form
from sharing_pipeline.catalog.datasets import by_header, datasets
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.matching import form_of, header_key, known_keys, match

HEADER_WITHIN = 100
"""A header is looked for in so many rows. One further down is not found, and the sheet is rejected
with a message."""
_FEWEST_MATCHES = 2
"""A line with fewer known headers is no header: a single one may be a word in a title or a row."""


@dataclass(frozen=True)
class Header:
    """A sheet's header.

    `names` are the headers as written, None for an empty cell; `matches` gives the places of each
    canonical column's candidates. `first_data` is the first row (from 0) behind the header, `row`
    the number that the sender sees at its last line. It is `certain` if the sheet's name or its
    columns announce the dataset.
    """

    dataset: str
    names: list[Cell]
    first_data: int
    row: int
    matches: Mapping[str, list[int]]
    certain: bool

    def of(self, contract: Contract, source: Source) -> Header:
        """The same line as the header of another dataset, which its rows hold too."""
        matches = match(self.names, contract, source)
        return replace(self, dataset=contract.table, matches=matches)


@dataclass(frozen=True)
class Assigned:
    """The place (from 0) of each canonical column, the candidates of those that are in doubt, and
    the required columns that are missing."""

    columns: dict[str, int]
    doubtful: dict[str, list[int]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def find_header(grid: Grid, source: Source, contracts: Mapping[str, Contract]) -> Header | None:
    """The best header among the first rows, or None if no row fits any expected dataset.

    A header that isn't certain only resembles that of the source's own dataset.
    """
    named = dataset_of_sheet(grid, contracts) if source.canonical else None
    best: Header | None = None
    best_score = 0
    for names, first_data in _candidates(grid, known_keys(contracts, source)):
        header = _header_of(names, first_data, grid, source, contracts, named)
        score = (len(header.matches) + 1000 * header.certain) if header else 0
        # The first of equal ones counts: a second one is a repeated header.
        if header and score > best_score:
            best, best_score = header, score
            if header.certain and len(header.matches) == len(names):
                break  # every column has its header: nothing below can be better
    return best


def _candidates(grid: Grid, known: Container[str]) -> list[tuple[list[Cell], int]]:
    """Possible headers, each with the row behind it: single rows first, then pairs of rows.

    Only rows with words of known headers are taken, because to match every row of data would take
    longer than all the rest of reading a small sheet.
    """
    if grid.header is not None:
        return [(list(grid.header), 0)]
    first_cells = (column[:HEADER_WITHIN] for column in grid.columns)
    rows = [list(row) for row in zip(*first_cells, strict=True)]
    words = [sum(header_key(cell) in known for cell in row) for row in rows]
    singles = [
        (row, number + 1) for number, row in enumerate(rows) if words[number] >= _FEWEST_MATCHES
    ]
    pairs = [
        (_read_as_one(rows[upper], rows[upper + 1], known), upper + 2)
        for upper in range(len(rows) - 1)
        if words[upper] + words[upper + 1]
    ]
    return singles + pairs


def _read_as_one(upper: list[Cell], lower: list[Cell], known: Container[str]) -> list[Cell]:
    """A header of two rows: the lower name counts, or the upper one if the lower is empty.

    If both together are a known header, they count as one: 提供方 over 代码 and 名称.
    """
    names: list[Cell] = []
    above: Cell = None
    for high, low in zip(upper, lower, strict=True):
        above = high or above
        together = f"{above}{low}"
        whole = low and above and header_key(together) in known
        names.append(together if whole else low or high)
    return names


def refusing_form(
    grid: Grid, header: Header | None, contracts: Mapping[str, Contract]
) -> Form | None:
    """The known form of this sheet, if it is a form that can't be taken. With a key column that
    somebody has added, it can be taken."""
    if header is not None and header.matches.keys() & set(contracts[header.dataset].key[:1]):
        return None
    rows = zip(*(column[:HEADER_WITHIN] for column in grid.columns), strict=True)
    lines = [grid.header] if grid.header is not None else list(rows)
    forms = (form_of(line, contract) for line in lines for contract in contracts.values())
    return next((form for form in forms if form and form.refused), None)


def _header_of(
    names: list[Cell],
    first_data: int,
    grid: Grid,
    source: Source,
    contracts: Mapping[str, Contract],
    named: str | None,
) -> Header | None:
    expected = named or (None if source.canonical else source.dataset)
    dataset, certain = expected, named is not None
    if dataset is None:
        dataset = announced_dataset(names, source, contracts)
        certain = dataset is not None
        dataset = dataset or source.dataset
    matches = match(names, contracts[dataset], source)
    if len(matches) < _FEWEST_MATCHES:
        return None
    if not source.canonical:
        certain = all(key in matches for key in contracts[dataset].key)
    row = grid.first_row + first_data - 1 if grid.header is None else 1
    return Header(dataset, names, first_data, row, matches, certain)


def dataset_of_sheet(grid: Grid, contracts: Mapping[str, Contract]) -> str | None:
    """The dataset that the name of a canonical sheet announces: 目录, 挂载资源, 信息项, …"""
    if grid.part:
        return None
    sheet = header_key(grid.sheet)
    if not sheet:
        return None
    named = (name for name in datasets(contracts) if header_key(contracts[name].sheet) == sheet)
    return next(named, None)


def announced_dataset(
    names: list[Cell], source: Source, contracts: Mapping[str, Contract]
) -> str | None:
    """The dataset that the headers in a line announce, None if it is none (inputs.md §7)."""
    for dataset in by_header(contracts):
        contract = contracts[dataset]
        if match(names, contract, source).keys() >= set(contract.traits.header):
            return dataset
    return None


def assign(header: Header, source: Source, contract: Contract) -> Assigned:
    """Assigns each canonical column its only candidate; the others are in doubt or missing."""
    columns = {name: places[0] for name, places in header.matches.items() if len(places) == 1}
    doubtful = {name: places for name, places in header.matches.items() if len(places) > 1}
    mapping = source.mapping(contract.table)
    present = columns.keys() | mapping.constants.keys() | doubtful.keys()
    if contract.owner is not None and contract.owner.name in present:
        present = present | {contract.owner.code}
    if "cycle" in source.lacks:
        present = present | {"update_cycle"}
    required = [column.name for column in contract.columns if column.required]
    return Assigned(columns, doubtful, [name for name in required if name not in present])
