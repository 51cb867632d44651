"""Resources that the rows of a known form name in a cell of their own, such as 挂接资源名称.

They are read like the resources that a source derives from its rows (sources.py). Which header
names them, and what holds for all of them, stands with the form in catalog/contracts/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.source_keys import ColumnMapping, Joined
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Grid
from sharing_pipeline.sheets.headers import Header
from sharing_pipeline.sheets.matching import form_of, header_key


def with_named_resources(
    grid: Grid, header: Header | None, source: Source, contracts: Mapping[str, Contract]
) -> tuple[Grid, Source]:
    """The sheet and the source by which it is read; both unchanged where no row names a resource.

    Rows that name none become the grid's `without_items`. The entry's code is put before the
    name, because a name alone is no identifier: two departments may each have a 人员信息表.
    """
    form = form_of(header.names, contracts[header.dataset]) if header and source.canonical else None
    if header is None or form is None or form.resource is None:
        return grid, source
    keys = [header_key(name) for name in header.names]
    codes = header.matches.get("catalogue_code", [])
    if header_key(form.resource.header) not in keys or len(codes) != 1:
        return grid, source
    named = grid.columns[keys.index(header_key(form.resource.header))]
    if not any(named[header.first_data :]):
        return grid, source
    code = str(header.names[codes[0]])
    mapping = ColumnMapping(
        columns={
            "resource_id": Joined.model_validate(
                {"from": [code, form.resource.header], "join": "/"}
            ),
            "catalogue_code": code,
        },
        constants=dict(form.resource.constants),
    )
    nameless = frozenset(place for place, cell in enumerate(named) if not cell)
    return (
        replace(grid, without_items=nameless),
        source.model_copy(update={"resource": mapping}),
    )
