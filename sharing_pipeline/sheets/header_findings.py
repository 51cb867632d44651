"""What a sender is told about a header: what is missing, in doubt, alike, or not delivered."""

from __future__ import annotations

import re
from collections.abc import Collection

import pyarrow as pa

from sharing_pipeline.catalog.contracts import Column, Contract
from sharing_pipeline.catalog.source_keys import headers_of
from sharing_pipeline.catalog.sources import Source
from sharing_pipeline.reading.grid import Cell, Grid
from sharing_pipeline.sheets.headers import HEADER_WITHIN, Assigned, Header
from sharing_pipeline.sheets.matching import (
    Likeness,
    alike,
    could_be,
    declared_keys,
    form_of,
    header_key,
)
from sharing_pipeline.sheets.raw_table import Doubt
from sharing_pipeline.values.numbers import scale_of

_WORTH_SHOWING = 0.6
"""How alike a header must be to be named where a required column is missing."""
_FEWEST_PARTS = 2
"""A line in which fewer cells are parts of known headers is no header."""
_MOST_SHOWN = 6
_OF_NOBODY = ("序号", "行号", "no.", "no")
"""Headers of columns that only count the lines."""
_PUBLISHED = "publish_status"
NO_STATUS = "没有“发布状态”列：这些目录都按未发布处理，不参加考核。"
"""What is said of entries of which nobody can know whether they are published."""
_IN_BRACKETS = re.compile(r"[(\[（【〔]([^)\]）】〕]*)[)\]）】〕]\s*$")
_WORTH_A_WARNING = 0.8
"""How alike it must be to be doubted where only an optional column is."""


def where(grid: Grid, header: Header | None = None) -> str:
    """The sheet, or its header, as a message begins."""
    place = f"工作表“{grid.sheet}”" if grid.sheet else "文件"
    if header is None:
        return place
    return f"{place}第 {header.row} 行的表头" if grid.header is None else f"{place}的字段名"


def ask(contract: Contract) -> str:
    """Which columns a header must have."""
    required = "、".join(column.title for column in contract.columns if column.required)
    return f"表头要有：{required}。请补上表头后重报。"


def no_header(grid: Grid, contract: Contract) -> str:
    """Why a sheet without any header can't be taken."""
    return (
        f"{where(grid)}前 {HEADER_WITHIN} 行里找不到{contract.title}的表头。"
        f"{unsure(grid, contract)}{ask(contract)}"
    )


def unsure(grid: Grid, contract: Contract) -> str:
    """What the cells of the line that is most likely the header may mean; empty without one.

    代码, 名称, 单位 are a header to a person, and each may be several of our columns.
    """
    rows = [grid.header] if grid.header is not None else _first_rows(grid)
    parts = [{str(name): could_be(name, contract) for name in row if name} for row in rows]
    known = [sum(map(bool, each.values())) for each in parts]
    place = known.index(max(known)) if known else 0
    if not known or known[place] < _FEWEST_PARTS:
        return ""
    choices = [_choice(name, columns, contract) for name, columns in parts[place].items()]
    told = "；".join(filter(None, choices))
    line = "字段名" if grid.header is not None else f"第 {grid.first_row + place} 行"
    return f"{line}像是表头，但分不清：{told}。请改成要的那一个。" if told else ""


def _first_rows(grid: Grid) -> list[tuple[Cell, ...]]:
    return list(zip(*(column[:HEADER_WITHIN] for column in grid.columns), strict=True))


def _choice(name: Cell, columns: list[str], contract: Contract) -> str:
    """Which columns a header may be; nothing for one that is clear."""
    titles = [contract[column].title for column in columns]
    if not titles or header_key(name) in map(header_key, titles):
        return ""
    return f"“{name}”可能是“{'”“'.join(titles)}”"


def why_not(
    grid: Grid, header: Header, assigned: Assigned, source: Source, contract: Contract
) -> str | None:
    """Why this sheet can't be taken: a required column is missing or in doubt."""
    place = where(grid, header)
    if assigned.missing:
        missing = "、".join(_missing(name, source, contract) for name in assigned.missing)
        likely = [
            one
            for one in _alike(header, assigned, contract, _would_do(assigned.missing))
            if one.share >= _WORTH_SHOWING
        ]
        candidates = "".join(_candidate(header, one, assigned, contract) for one in likely)
        unknown = _unknown(header, assigned, source, {one.place for one in likely})
        return f"{place}缺少必填列：{missing}。{candidates}{unknown}请补上后重报。"
    for name, places in assigned.doubtful.items():
        if contract[name].required:
            candidates = "”“".join(str(header.names[at]) for at in places)
            return (
                f"{place}里“{candidates}”都可能是必填列“{contract[name].title}”，分不清。"
                "请只留一个后重报。"
            )
    return None


def _unknown(header: Header, assigned: Assigned, source: Source, shown: set[int]) -> str:
    """The headers that mean nothing here and aren't shown yet, of which one may be missing."""
    declared = declared_keys(source).union(map(header_key, source.unused))
    free = [str(header.names[place]) for place in _free(header, assigned) if place not in shown]
    names = [name for name in free if header_key(name) not in declared]
    written = "”“".join(names[:_MOST_SHOWN])
    more = f"等 {len(names)} 个" if len(names) > _MOST_SHOWN else ""
    return f"没有认出的表头：“{written}”{more}，其中有要的列就请改名。" if names else ""


def _would_do(missing: list[str]) -> list[str]:
    """The missing columns, and the one that may stand in for one of them."""
    return [*missing, "org_name"] if "org_code" in missing else missing


def _candidate(header: Header, one: Likeness, assigned: Assigned, contract: Contract) -> str:
    """What a header may be where a required column is missing."""
    written = header.names[one.place]
    open_columns = [name for name in could_be(written, contract) if name not in assigned.columns]
    if len(open_columns) > 1:
        return f"{_choice(written, open_columns, contract)}，拿不准，没有用；请改成要的那一个。"
    return (
        f"“{written}”像是“{one.known_as}”（{one.share:.0%}），拿不准，没有用；"
        f"是的话请{_to_rename(written, contract[one.column])}。"
    )


def _to_rename(written: Cell, column: Column) -> str:
    """What to do with a header that is this column; a unit in it concerns every number below."""
    unit = _IN_BRACKETS.search(written or "") if column.type == "integer" else None
    scale = scale_of(unit[1]) if unit else None
    renamed = f"改成“{column.title}”"
    return f"先把这一列的数都乘以 {scale:,}，再把表头{renamed}" if scale and scale > 1 else renamed


def _missing(name: str, source: Source, contract: Contract) -> str:
    value = source.mapping(contract.table).columns.get(name)
    written = f"来源声明取自“{'”“'.join(headers_of(value))}”" if value else name
    return f"{contract[name].title}（{written}）"


def _alike(
    header: Header, assigned: Assigned, contract: Contract, columns: list[str]
) -> list[Likeness]:
    """Headers that mean nothing by themselves and resemble one of these columns."""
    return alike(header.names, _free(header, assigned), columns, contract)


def _free(header: Header, assigned: Assigned) -> list[int]:
    used = {place for places in header.matches.values() for place in places}
    used.update(assigned.columns.values())
    return [place for place, name in enumerate(header.names) if name and place not in used]


def doubts(
    sheet: str, header: Header, assigned: Assigned, source: Source, contract: Contract
) -> list[Doubt]:
    """Optional columns that were left out because it isn't clear which header they are."""
    found: list[Doubt] = []
    for name, places in assigned.doubtful.items():
        written = [str(header.names[place]) for place in places]
        message = (
            f"“{'”“'.join(written)}”都可能是“{contract[name].title}”，"
            "分不清，都没有读。请只留一个。"
        )
        found.append(Doubt(sheet, header.row, written[-1], name, message, places[-1] + 1))
    if source.canonical:
        given = assigned.columns.keys() | assigned.doubtful.keys()
        absent = [one.name for one in contract.columns if one.name not in given]
        for one in _alike(header, assigned, contract, absent):
            if one.share >= _WORTH_A_WARNING:
                found.append(_resembling(sheet, header, one, contract))
    return found


def _resembling(sheet: str, header: Header, one: Likeness, contract: Contract) -> Doubt:
    written = str(header.names[one.place])
    message = (
        f"“{written}”像是“{one.known_as}”（{one.share:.0%}），拿不准，没有读。"
        f"是的话请{_to_rename(written, contract[one.column])}。"
    )
    return Doubt(sheet, header.row, written, one.column, message, one.place + 1)


def notes(headers: list[Header], source: Source, contract: Contract) -> list[str]:
    """What was made of a known form, and columns that the source declares and no sheet has."""
    said = [_of_form(header, contract) for header in headers if source.canonical]
    found = {name for header in headers for name in header.matches}
    return [
        *dict.fromkeys(filter(None, said)),
        *(
            f"来源声明的列“{'”“'.join(headers_of(value))}”不在文件里，{contract[name].title}为空。"
            for name, value in source.mapping(contract.table).columns.items()
            if name not in found
        ),
    ]


def unread(grid: Grid, header: Header, used: Collection[int], known: Collection[str]) -> list[str]:
    """The headers of a sheet at other places than those that were `used` or spoken of, unless
    they are `known` to belong to the entry above."""
    free = [(place, str(name)) for place, name in enumerate(header.names) if name]
    names = [
        name
        for place, name in free
        if place not in used and header_key(name) not in {*_OF_NOBODY, *known}
    ]
    if not names:
        return []
    more = f"等 {len(names)} 个" if len(names) > _MOST_SHOWN else ""
    return [
        f"{where(grid)}里没有用到的列：“{'”“'.join(names[:_MOST_SHOWN])}”{more}；"
        "其中有要报的数据项，就请把表头改成模板里的名称。"
    ]


def unpublished(frame: pa.Table, doubtful: Collection[Doubt], contract: Contract) -> list[str]:
    """What becomes of entries without 发布状态: they are no part of the rates."""
    if _PUBLISHED not in contract.names:
        return []
    if _PUBLISHED not in frame.column_names:
        in_doubt = any(one.column == _PUBLISHED for one in doubtful)
        return [] if in_doubt else [NO_STATUS]
    blank = frame[_PUBLISHED].null_count
    return [f"有 {blank:,} 行没有写发布状态，按未发布处理，不参加考核。"] if blank else []


def _of_form(header: Header, contract: Contract) -> str:
    """A form's note, where its name column has become the key."""
    form = form_of(header.names, contract)
    if form is None:
        return ""
    stands_in = header_key(dict(form.columns).get(contract.key[0]))
    taken = [header_key(header.names[at]) for at in header.matches.get(contract.key[0], [])]
    return form.note if taken == [stands_in] else ""
