"""The messages to a sender about a header: columns that are missing, in doubt, alike or unread."""

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
"""How alike a header must be to be named where a required column is missing. The sender has to act
anyway, so a wrong suggestion costs a glance."""
_FEWEST_PARTS = 2
"""A line in which fewer cells are parts of known headers is not taken for a header."""
_MOST_SHOWN = 6
_OF_NOBODY = ("序号", "行号", "no.", "no")
"""Headers of columns that only count the lines."""
_PUBLISHED = "publish_status"
NO_STATUS = "没有“发布状态”列：这些目录都按未发布处理，不参加考核。"
"""The message about entries of which nobody can know whether they are published."""
_IN_BRACKETS = re.compile(r"[(\[（【〔]([^)\]）】〕]*)[)\]）】〕]\s*$")
_WORTH_A_WARNING = 0.8
"""How alike a header must be to an optional column to be named in a warning. Higher than for a
required column, because a warning about a column that means something else is a nuisance."""


def where(grid: Grid, header: Header | None = None) -> str:
    """The beginning of a message: the sheet, or the header on it."""
    place = f"工作表“{grid.sheet}”" if grid.sheet else "文件"
    if header is None:
        return place
    return f"{place}第 {header.row} 行的表头" if grid.header is None else f"{place}的字段名"


def ask(contract: Contract) -> str:
    """The columns that a header must have, in words."""
    required = "、".join(column.title for column in contract.columns if column.required)
    return f"表头要有：{required}。请补上表头后重报。"


def no_header(grid: Grid, contract: Contract) -> str:
    """Why a sheet without any header can't be taken."""
    return (
        f"{where(grid)}前 {HEADER_WITHIN} 行里找不到{contract.title}的表头。"
        f"{unsure(grid, contract)}{ask(contract)}"
    )


def unsure(grid: Grid, contract: Contract) -> str:
    """What the cells of the likeliest header line may mean; empty if no line is likely.

    To a person 代码, 名称, 单位 are a header, but each of them may be several of our columns.
    """
    rows = [grid.header] if grid.header is not None else _first_rows(grid)
    parts = [{str(name): could_be(name, contract) for name in row if name} for row in rows]
    known = [sum(map(bool, parts_of_line.values())) for parts_of_line in parts]
    place = known.index(max(known)) if known else 0
    if not known or known[place] < _FEWEST_PARTS:
        return ""
    choices = [_choice(name, columns, contract) for name, columns in parts[place].items()]
    unclear = "；".join(filter(None, choices))
    line = "字段名" if grid.header is not None else f"第 {grid.first_row + place} 行"
    return f"{line}像是表头，但分不清：{unclear}。请改成要的那一个。" if unclear else ""


def _first_rows(grid: Grid) -> list[tuple[Cell, ...]]:
    return list(zip(*(column[:HEADER_WITHIN] for column in grid.columns), strict=True))


def _choice(name: Cell, columns: list[str], contract: Contract) -> str:
    """Which columns a header may be; empty for a header that is clear."""
    titles = [contract[column].title for column in columns]
    if not titles or header_key(name) in map(header_key, titles):
        return ""
    return f"“{name}”可能是“{'”“'.join(titles)}”"


def reason_to_reject(
    grid: Grid, header: Header, assigned: Assigned, source: Source, contract: Contract
) -> str | None:
    """Why this sheet can't be taken: a required column is missing or in doubt."""
    place = where(grid, header)
    if assigned.missing:
        missing = "、".join(_missing(name, source, contract) for name in assigned.missing)
        likely = [
            likeness
            for likeness in _alike(header, assigned, contract, _would_do(assigned.missing))
            if likeness.share >= _WORTH_SHOWING
        ]
        candidates = "".join(
            _candidate(header, likeness, assigned, contract) for likeness in likely
        )
        unknown = _unknown(header, assigned, source, {likeness.place for likeness in likely})
        return f"{place}缺少必填列：{missing}。{candidates}{unknown}请补上后重报。"
    for name, places in assigned.doubtful.items():
        if contract[name].required:
            candidates = "”“".join(str(header.names[candidate]) for candidate in places)
            return (
                f"{place}里“{candidates}”都可能是必填列“{contract[name].title}”，分不清。"
                "请只留一个后重报。"
            )
    return None


def _unknown(header: Header, assigned: Assigned, source: Source, shown: set[int]) -> str:
    """The headers that weren't recognised or shown yet; one of them may be the missing column."""
    declared = declared_keys(source).union(map(header_key, source.unused))
    free = [str(header.names[place]) for place in _free(header, assigned) if place not in shown]
    names = [name for name in free if header_key(name) not in declared]
    written = "”“".join(names[:_MOST_SHOWN])
    more = f"等 {len(names)} 个" if len(names) > _MOST_SHOWN else ""
    return f"没有认出的表头：“{written}”{more}，其中有要的列就请改名。" if names else ""


def _would_do(missing: list[str]) -> list[str]:
    """The missing columns, and the organisation's name if its code is missing: either will do."""
    return [*missing, "org_name"] if "org_code" in missing else missing


def _candidate(header: Header, likeness: Likeness, assigned: Assigned, contract: Contract) -> str:
    """What a header may be where a required column is missing."""
    written = header.names[likeness.place]
    open_columns = [name for name in could_be(written, contract) if name not in assigned.columns]
    if len(open_columns) > 1:
        return f"{_choice(written, open_columns, contract)}，拿不准，没有用；请改成要的那一个。"
    return (
        f"“{written}”像是“{likeness.known_as}”（{likeness.share:.0%}），拿不准，没有用；"
        f"是的话请{_to_rename(written, contract[likeness.column])}。"
    )


def _to_rename(written: Cell, column: Column) -> str:
    """What the sender must do if a header is this column: rename it, and multiply the numbers below
    if it has a unit."""
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
    """The headers that weren't recognised but resemble one of these columns."""
    return alike(header.names, _free(header, assigned), columns, contract)


def _free(header: Header, assigned: Assigned) -> list[int]:
    used = {place for places in header.matches.values() for place in places}
    used.update(assigned.columns.values())
    return [place for place, name in enumerate(header.names) if name and place not in used]


def doubts(
    sheet: str, header: Header, assigned: Assigned, source: Source, contract: Contract
) -> list[Doubt]:
    """Optional columns that were left out because it isn't clear which header they are."""
    doubtful: list[Doubt] = []
    for name, places in assigned.doubtful.items():
        written = [str(header.names[place]) for place in places]
        message = (
            f"“{'”“'.join(written)}”都可能是“{contract[name].title}”，"
            "分不清，都没有读。请只留一个。"
        )
        doubtful.append(Doubt(sheet, header.row, written[-1], name, message, places[-1] + 1))
    if source.canonical:
        present = assigned.columns.keys() | assigned.doubtful.keys()
        absent = [name for name in contract.names if name not in present]
        for likeness in _alike(header, assigned, contract, absent):
            if likeness.share >= _WORTH_A_WARNING:
                doubtful.append(_doubt_of(sheet, header, likeness, contract))
    return doubtful


def _doubt_of(sheet: str, header: Header, likeness: Likeness, contract: Contract) -> Doubt:
    """The doubt about a header that resembles an optional column."""
    written = str(header.names[likeness.place])
    message = (
        f"“{written}”像是“{likeness.known_as}”（{likeness.share:.0%}），拿不准，没有读。"
        f"是的话请{_to_rename(written, contract[likeness.column])}。"
    )
    return Doubt(sheet, header.row, written, likeness.column, message, likeness.place + 1)


def notes(headers: list[Header], source: Source, contract: Contract) -> list[str]:
    """Notes on how a known form was read, and on declared columns that no sheet has."""
    form_notes = [_form_note(header, contract) for header in headers if source.canonical]
    found = {name for header in headers for name in header.matches}
    return [
        *dict.fromkeys(filter(None, form_notes)),
        *(
            f"来源声明的列“{'”“'.join(headers_of(value))}”不在文件里，{contract[name].title}为空。"
            for name, value in source.mapping(contract.table).columns.items()
            if name not in found
        ),
    ]


def unread(grid: Grid, header: Header, used: Collection[int], known: Collection[str]) -> list[str]:
    """A note on the headers of a sheet that were not `used`, as read or mentioned in another note,
    and are not `known` to belong to the entry above."""
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
    """A note on entries without 发布状态, which take no part in the rates."""
    if _PUBLISHED not in contract.names:
        return []
    if _PUBLISHED not in frame.column_names:
        in_doubt = any(doubt.column == _PUBLISHED for doubt in doubtful)
        return [] if in_doubt else [NO_STATUS]
    blank = frame[_PUBLISHED].null_count
    return [f"有 {blank:,} 行没有写发布状态，按未发布处理，不参加考核。"] if blank else []


def _form_note(header: Header, contract: Contract) -> str:
    """The note of a known form whose name column was read as the key."""
    form = form_of(header.names, contract)
    if form is None:
        return ""
    key_header = header_key(dict(form.columns).get(contract.key[0]))
    key_places = header.matches.get(contract.key[0], [])
    read_as_key = [header_key(header.names[place]) for place in key_places]
    return form.note if read_as_key == [key_header] else ""
