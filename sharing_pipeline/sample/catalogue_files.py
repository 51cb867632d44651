"""Writes catalogue, resources and fields into the files that departments and counties send.

A department of the city sends a workbook of its own; a county or zone sends two csv files for all
its departments. Senders differ in how they write dates, cycles and names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.files import Cell, Sheet, write_csv, write_workbook
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.outcomes import UNKNOWN
from sharing_pipeline.sample.resources import field_rows
from sharing_pipeline.sample.words import Words
from sharing_pipeline.settings import Progress

CATALOGUE_HEADERS = {
    "catalogue_code": "目录代码",
    "name": "目录名称",
    "org_code": "提供方代码",
    "org_name": "提供方名称",
    "summary": "摘要",
    "sharing_type": "共享类型",
    "sharing_condition": "共享条件",
    "legal_basis": "不予共享依据",
    "sharing_method": "共享方式",
    "open_type": "开放类型",
    "update_cycle": "更新周期",
    "data_level": "数据分级",
    "publish_status": "发布状态",
    "published_on": "发布日期",
    "last_updated_on": "最近更新日期",
    "system_name": "所属系统",
    "backflow": "是否回流",
}
RESOURCE_HEADERS = {
    "resource_id": "资源标识",
    "catalogue_code": "目录代码",
    "resource_type": "资源类型",
    "mount_status": "挂载状态",
    "resource_status": "资源状态",
    "mounted_on": "挂载日期",
    "location": "存放位置",
    "row_count": "数据量",
}
FIELD_HEADERS = (
    "目录代码", "信息项名称", "信息项代码", "数据类型", "长度", "是否主键", "可否为空", "说明",
)  # fmt: skip
CYCLE_WORDS = {
    "实时": ("实时", "即时"),
    "每日": ("每日", "每天", "daily", "每日更新"),
    "每周": ("每周", "周", "weekly"),
    "每月": ("每月", "月度", "R/P1M", "每月(更新说明:遇节假日顺延)"),
    "每季度": ("每季度", "季度", "quarterly"),
    "每半年": ("每半年", "半年"),
    "每年": ("每年", "年度", "P1Y"),
    "不定期": ("不定期", "不定时", "按需"),
    "一次性/不更新": ("一次性/不更新", "静态数据"),
}
USUAL_WORD_SHARE = 0.85
ALIAS_SHARE = 0.05
NOTE = "注：本表为样例数据，机构名称之外的内容均为虚构。"

DATE_STYLES: tuple[Callable[[date], Cell], ...] = (
    lambda day: day,
    date.isoformat,
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: day.strftime("%Y/%m/%d"),
)


def _days_ago(on: date, days: pd.Series) -> pd.Series:
    """The dates so many days before `on`; None where the day is unknown."""
    dates = {
        ago: None if ago == UNKNOWN else on - timedelta(days=int(ago)) for ago in days.unique()
    }
    return pd.Series([dates[ago] for ago in days], index=days.index, dtype=object)


def _cycle_words(rng: np.random.Generator, cycles: pd.Series) -> list[str]:
    """Cycles as people write them, mostly in the usual way."""
    usual = rng.random(len(cycles)) < USUAL_WORD_SHARE
    draws = rng.random(len(cycles))
    words = [CYCLE_WORDS.get(cycle, (cycle,)) for cycle in cycles]
    return [
        choices[0] if plain else choices[int(draw * len(choices))]
        for choices, plain, draw in zip(words, usual, draws, strict=True)
    ]


def sender_of(organisation: Organisation, city: str) -> str:
    """The sender of an organisation's rows: a department of the city sends them itself, for the
    others their county or zone does."""
    return organisation.org_name if organisation.place == city else organisation.place


def catalogue_rows(
    seed: int, entries: pd.DataFrame, organisations: list[Organisation], on: date, words: Words
) -> pd.DataFrame:
    """The rows of the catalogue as they are sent, without faults, with their `org` and `sender`."""
    rng = stream(seed, Stream.catalogue, 2)
    owners = [organisations[org] for org in entries["org"]]
    by_alias = rng.random(len(entries)) < ALIAS_SHARE
    return entries.assign(
        sender=[sender_of(owner, words.city.name) for owner in owners],
        org_code=[owner.org_code for owner in owners],
        org_name=[
            owner.aliases if alias else owner.org_name
            for owner, alias in zip(owners, by_alias, strict=True)
        ],
        update_cycle=_cycle_words(rng, entries["update_cycle"]),
        published_on=_days_ago(on, entries["published_ago"]),
        last_updated_on=_days_ago(on, entries["updated_ago"]),
        backflow=np.where(entries["backflow"], "是", "否"),
    )[[*CATALOGUE_HEADERS, "org", "sender"]]


def resource_rows(
    resources: pd.DataFrame, organisations: list[Organisation], on: date, words: Words
) -> pd.DataFrame:
    """The rows of the resources as they are sent, without faults, with their `sender`."""
    senders = [sender_of(organisations[org], words.city.name) for org in resources["org"]]
    mounted_on = _days_ago(on, resources["mounted_ago"])
    return resources.assign(sender=senders, mounted_on=mounted_on)[[*RESOURCE_HEADERS, "sender"]]


def cells(rows: pd.DataFrame, columns: list[str], style: int) -> Iterator[list[Cell]]:
    """The rows' cells, with dates in the style of their sender."""
    write = DATE_STYLES[style % len(DATE_STYLES)]
    for row in rows[columns].astype(object).itertuples(index=False, name=None):
        yield [write(cell) if isinstance(cell, date) else cell for cell in row]


def _write_department(
    folder: Path, sender: str, rows: pd.DataFrame, resources: pd.DataFrame, style: int,
    fields: Iterator[tuple],
) -> None:  # fmt: skip
    """Writes a workbook; every third has a note below its table."""
    banner = f"样例数据（虚构）：{sender}"
    note = NOTE if style % 3 == 0 else ""
    catalogue = cells(rows, list(CATALOGUE_HEADERS), style)
    mounted = cells(resources, list(RESOURCE_HEADERS), style)
    write_workbook(
        folder / f"样例-{sender}.xlsx",
        [
            Sheet("目录", f"{banner}政务数据目录", [*CATALOGUE_HEADERS.values()], catalogue, note),
            Sheet("挂载资源", f"{banner}挂载资源", [*RESOURCE_HEADERS.values()], mounted),
            Sheet("信息项", f"{banner}信息项", FIELD_HEADERS, fields),
        ],
    )


def _write_county(
    folder: Path, sender: str, rows: pd.DataFrame, resources: pd.DataFrame, style: int
) -> None:
    """Writes two csv files; half of the senders write in GB18030 and name organisations without
    their codes."""
    named_only = style % 2 == 0
    encoding = "gb18030" if named_only else "utf-8-sig"
    headers = dict(CATALOGUE_HEADERS)
    if named_only:
        del headers["org_code"]
    for title, table, columns in (
        ("目录", rows, headers),
        ("挂载资源", resources, RESOURCE_HEADERS),
    ):
        if len(table):
            path = folder / f"样例-{sender}-{title}.csv"
            write_csv(path, [*columns.values()], cells(table, list(columns), 1 + style), encoding)


def _own_codes(rows: pd.DataFrame) -> list[str]:
    """The codes that begin with their organisation's code, each once; these entries have fields."""
    pairs = zip(rows["catalogue_code"], rows["org_code"], strict=True)
    return list(dict.fromkeys(code for code, org in pairs if str(code).startswith(org)))


def write_catalogue(
    folder: Path,
    seed: int,
    rows: pd.DataFrame,
    resources: pd.DataFrame,
    words: Words,
    progress: Progress,
) -> int:
    """Writes the files of all senders into `folder`; gives the number of rows of 信息项."""
    rng = stream(seed, Stream.catalogue, 3)
    places = [place.name for place in words.places]
    by_sender = {str(sender): part for sender, part in resources.groupby("sender", sort=False)}
    senders = [(str(sender), part) for sender, part in rows.groupby("sender", sort=False)]
    field_count = 0
    for done, (sender, part) in enumerate(senders, start=1):
        mounted = by_sender.get(sender, resources.iloc[:0])
        if sender in places:
            _write_county(folder, sender, part, mounted, places.index(sender))
        else:
            fields = list(field_rows(rng, _own_codes(part), words))
            field_count += len(fields)
            _write_department(folder, sender, part, mounted, done, iter(fields))
        progress("写入政务数据目录", done, len(senders))
    return field_count
