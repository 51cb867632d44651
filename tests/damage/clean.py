"""Clean tables: the rows of a dataset as their sender means them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.support.made.reading import NAMES, D

_TOPICS = ["人口", "法人", "车辆", "房屋", "土地", "学校", "医院", "企业", "道路", "桥梁"]
_ASPECTS = ["基本信息", "登记结果", "年检结果", "处罚决定", "补助明细", "许可证照", "名录"]
_STEMS = "甲乙丙丁戊己庚辛壬癸"
CODE_STYLES = ("3611{:08d}", "0036{:08d}", "361100007{:09d}", "ML-{:06d}/A")
"""Codes of 12 digits, of 12 digits that begin with zeros, of 18 digits, of letters and digits."""


@dataclass
class Row:
    """A row: its `cells` as they will be written, and its `values` as they must be read unless the
    row is sent back.

    `findings` are (canonical column, severity, rule); `beyond` are cells behind the last column.
    """

    cells: dict[str, Any]
    values: dict[str, Any]
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    disposition: str = "accepted"
    beyond: list[str] = field(default_factory=list)

    def warn(self, column: str, rule: str) -> None:
        """A cell of the row must get a warning."""
        self.findings.append((column, "warning", rule))

    def refuse(self, column: str, rule: str) -> None:
        """The row must be sent back."""
        self.findings = [(column, "critical", rule)]
        self.disposition = "quarantined"


@dataclass(frozen=True)
class Kind:
    """A dataset with its columns, by the kinds of damage that may be done to them."""

    dataset: str
    columns: tuple[str, ...]
    key: str
    dates: tuple[str, ...]
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    required: tuple[str, ...]
    """Required columns whose absence is a warning."""
    organisation: str | None
    number: str | None
    make: Callable[[random.Random, str, str], dict[str, str]]
    """Draws a row with this code and this name."""


def _day(draw: random.Random) -> str:
    return (D - timedelta(days=draw.randrange(1, 900))).isoformat()


def _entry(draw: random.Random, code: str, name: str) -> dict[str, str]:
    return {
        "catalogue_code": code,
        "name": name,
        "org_code": f"36110000{draw.randrange(len(NAMES)) + 1}",
        "summary": f"{name}的摘要",
        "sharing_type": "无条件共享",
        "update_cycle": draw.choice(["每日", "每周", "每月", "每季度", "每年", "实时"]),
        "publish_status": draw.choice(["已发布", "草稿", "已下线"]),
        "published_on": _day(draw),
        "last_updated_on": _day(draw),
    }


def _resource(draw: random.Random, code: str, name: str) -> dict[str, str]:
    return {
        "resource_id": code,
        "catalogue_code": f"{code}0",
        "resource_type": draw.choice(["库表", "接口", "文件"]),
        "mount_status": draw.choice(["已挂载", "未挂载", "挂载待审核"]),
        "mounted_on": _day(draw),
        "location": f"{name}库",
        "row_count": str(draw.randrange(1, 10**6)),
    }


CATALOGUE = Kind(
    "catalogue",
    ("catalogue_code", "name", "org_code", "summary", "sharing_type", "update_cycle",
     "publish_status", "published_on", "last_updated_on"),
    key="catalogue_code",
    dates=("published_on", "last_updated_on"),
    labels=("sharing_type", "update_cycle", "publish_status"),
    texts=("name", "summary"),
    required=("name", "sharing_type", "update_cycle"),
    organisation="org_code",
    number=None,
    make=_entry,
)  # fmt: skip
RESOURCE = Kind(
    "resource",
    ("resource_id", "catalogue_code", "resource_type", "mount_status", "mounted_on", "location",
     "row_count"),
    key="resource_id",
    dates=("mounted_on",),
    labels=("resource_type", "mount_status"),
    texts=("location",),
    required=("resource_type", "mount_status"),
    organisation=None,
    number="row_count",
    make=_resource,
)  # fmt: skip


def clean_rows(draw: random.Random, kind: Kind, number: int) -> tuple[list[Row], str]:
    """Between 5 and 25 rows, and the style of their codes.

    `number` is the file's, so that no name or code of it stands in another file.
    """
    style = draw.choice(CODE_STYLES)
    file_stems = "".join(_STEMS[int(digit)] for digit in str(number))
    names = [f"{topic}{aspect}（{file_stems}）" for topic in _TOPICS for aspect in _ASPECTS]
    draw.shuffle(names)
    rows = []
    for place in range(draw.randrange(5, 26)):
        code = style.format(number * 100 + place + 11)
        cells = kind.make(draw, code, names[place])
        rows.append(Row(dict(cells), {name: _value(kind, name, cells[name]) for name in cells}))
    return rows, style


def _value(kind: Kind, column: str, written: str) -> Any:
    if column in kind.dates:
        return date.fromisoformat(written)
    return int(written) if column == kind.number else written
