"""The first page: made from real published nights, read back as a reader would."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sharing_pipeline.assessment.definitions import load_definitions, official_on
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.catalog.organisations import Organisation, Organisations
from sharing_pipeline.errors import UsageError
from sharing_pipeline.night import run_night
from sharing_pipeline.published.arrivals import Arrivals, missing_and_old
from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings
from sharing_pipeline.site.drawing import draw_trend
from sharing_pipeline.site.page import write_page
from sharing_pipeline.site.ranks import region_names
from sharing_pipeline.store.ledger import Ledger

D = date(2026, 11, 22)
HOSTILE = "<script>alert(1)</script>局"
MAILBOX, PHONE = "zhuanyuan@city.example", "13800000000"

ORGANISATIONS = f"""org_code,org_name,level,region,chief_data_officer,data_officer
O1,甲局,市,东区,{MAILBOX},{PHONE}
O2,{HOSTILE},县,西区,{MAILBOX},{PHONE}
O3,丙局,县,西区,,
O4,旧局,县,西区,,
"""

ENTRY = "catalogue_code,name,org_code,summary,sharing_type,update_cycle,publish_status,published_on"
SHARED = "无条件共享,每月,已发布,2026-01-05"
CATALOGUE = f"""{ENTRY}
C1,一,O1,,{SHARED}
C2,二,O1,,{SHARED}
C3,三,O1,,{SHARED}
C4,四,O2,,{SHARED}
C5,五,O9,,{SHARED}
"""
OLD = f"""{ENTRY}
C7,七,O4,,{SHARED}
"""
MADE_UP = f"""{ENTRY}
C8,八,O2,（样例）虚构,{SHARED}
"""
RESOURCES = """resource_id,catalogue_code,resource_type,mount_status,mounted_on
R1,C1,库表,已挂载,2026-11-01
R2,C2,库表,已挂载,2026-01-06
R7,C7,文件,挂载待审核,
"""
DEMANDS = """demand_id,name,requester_org,provider_org,submitted_on,delivered_on,confirmed_on
D1,一,O2,O1,2026-09-01,2026-09-10,2026-09-11
D2,二,O2,O4,2026-09-01,,
"""

NEW_TARGET = """id: mount_rate/2026-1
indicator: mount_rate
title: 平台目录挂载率（2026 年口径）
policy_clause: 样例文件 第一条
effective_from: 2026-11-22
official: true
verified: true
target_percent: 92.5
"""


@dataclass(frozen=True)
class Site:
    """A home with two published nights and what the page said after each publication."""

    settings: Settings
    ledger: Ledger
    first: str
    second: str
    revised: str


def drop(settings: Settings, name: str, text: str) -> None:
    path = settings.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def night(settings: Settings, day: date, hour: int = 2) -> str:
    """Runs the night of a business date and returns the page that is there afterwards."""
    at = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
    run_night(settings, day, clock=lambda: at + timedelta(hours=hour, minutes=5))
    return (settings.site / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("page")
    settings = Settings(home=folder / "home", catalog=folder / "catalog")
    shutil.copytree(PROJECT / "catalog", settings.catalog)
    definitions = settings.catalog / "definitions"
    before = definitions / "mount_rate-2023-1.yaml"
    text = re.sub(r"effective_to: null.*", "effective_to: 2026-11-21", before.read_text("utf-8"))
    before.write_text(text, "utf-8")
    (definitions / "mount_rate-2026-1.yaml").write_text(NEW_TARGET, "utf-8")
    drop(settings, "organisation/organisations.csv", ORGANISATIONS)
    drop(settings, "catalogue/a.csv", CATALOGUE)
    drop(settings, "catalogue/旧局-20260901.csv", OLD)
    drop(settings, "catalogue/r.csv", RESOURCES)
    drop(settings, "demand/d.csv", DEMANDS)
    first = night(settings, D - timedelta(days=1))
    second = night(settings, D)
    drop(settings, "catalogue/增量-20261122.csv", MADE_UP)
    revised = night(settings, D, hour=9)
    return Site(settings, Ledger.open(settings), first, second, revised)


class Page(HTMLParser):
    """A page's visible text, links and the cells of its ranking tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self._hidden = self._ranks = False
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._hidden |= tag == "style"
        self.links += [given["href"] or ""] if "href" in given else []
        if tag == "table":
            self._ranks = given.get("class") == "ranks"
        if self._ranks and tag == "tr":
            self.rows.append([])
        if self._ranks and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._hidden &= tag != "style"
        self._ranks &= tag != "table"

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._ranks and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def board(site: Site) -> list[dict]:
    return Published(site.settings, site.ledger).table("scoreboard", D).to_pylist()


def test_the_three_rates_are_the_scoreboards(site: Site) -> None:
    text = Page(site.revised).text
    for row in board(site):
        if row["scope_type"] != "all":
            continue
        assert row["definition"] in text
        assert f"{row['rate_display']}%" in text
        assert f"目标 {row['target_percent']}%" in text
        counted = rf"{row['numerator']} ÷ {row['denominator']} .，另有 {row['excluded']} .不计入"
        assert re.search(counted, text)
        assert row["attained"] or re.search(rf"✗ 还差 {row['shortfall']} .", text)


def test_rankings_are_the_scoreboards(site: Site) -> None:
    shown = {tuple(row) for row in Page(site.revised).rows if row[0] != "名次"}
    wanted = {
        (
            str(row["rank"]),
            row["scope_name"] + ("基数小" if row["small_base"] else ""),
            f"{row['rate_display']}%",
            str(row["denominator"]),
            "达标" if row["attained"] else str(row["shortfall"]),
        )
        for row in board(site)
        if row["scope_type"] in ("org", "region") and row["rank"] is not None
    }
    assert shown == wanted
    assert any(HOSTILE in name for _, name, *_ in shown)


def test_who_has_no_subjects_stands_apart(site: Site) -> None:
    text = Page(site.revised).text
    assert "没有考核对象、不排名：丙局" in text


def test_nothing_is_loaded_from_outside_and_nothing_runs(site: Site) -> None:
    html = site.revised
    assert not re.search(r"https?:|\bsrc\s*=|@import|url\(|<script|<link|<iframe|\son\w+=", html)
    assert all(link.startswith("#") for link in Page(html).links)


def test_what_others_wrote_is_escaped(site: Site) -> None:
    assert "<script>" not in site.revised
    assert "&lt;script&gt;alert(1)&lt;/script&gt;局" in site.revised


def test_contacts_are_not_shown(site: Site) -> None:
    assert MAILBOX not in site.revised
    assert PHONE not in site.revised


def test_same_night_same_bytes(site: Site) -> None:
    again = write_page(site.settings, site.ledger)
    assert again.read_bytes() == site.revised.encode()
    assert [path.name for path in site.settings.site.iterdir()] == ["index.html"]


def test_changes_say_why_they_are_blank(site: Site) -> None:
    before, after = Page(site.first).text, Page(site.second).text
    assert "比前一日（11月20日）那天没有公布" in before
    assert "比前一日（11月21日）口径已换，不比较" in after
    assert "比前一日（11月21日）持平" in after


def test_a_revision_says_what_moved(site: Site) -> None:
    assert "第 2 版" not in Page(site.second).text
    text = Page(site.revised).text
    assert "第 2 版（与上一版相比，1 条的结果有变；变了的是报送）" in text


def test_definitions_with_every_parameter(site: Site) -> None:
    text = Page(site.revised).text
    definitions = official_on(load_definitions(site.settings.catalog), D)
    assert list(definitions) == list(INDICATORS)
    for definition in definitions.values():
        for name, title, words in definition.parameters.in_words():
            assert f"{title}{name}{words}" in text
    assert "正式口径，已经上级核实" in text
    assert "正式口径，口径未经上级核实" in text
    assert "样例文件 第一条" in text


def test_missing_and_old_catalogues(site: Site) -> None:
    found = missing_and_old(site.settings, site.ledger, D)
    assert found == Arrivals(missing=[("O3", "丙局")], old=[("O4", "旧局", date(2026, 9, 1))])
    text = Page(site.revised).text
    assert "丙局 O3" in text
    assert re.search(r"旧局 ?2026-09-01 ?82", text)


def test_quarantined_rows_stand_beside_the_total(site: Site) -> None:
    assert (
        "另有 1 行被退回，没有进入任何分母（历次报送累计）：政务数据目录 1。"
        in Page(site.revised).text
    )


def test_reasons_with_what_to_do(site: Site) -> None:
    text = Page(site.revised).text
    assert "没有已挂载的资源请在平台上为这条目录挂载库表、接口或文件" in text
    assert "资源挂载待审核" in text


def test_sample_data_is_named_as_such(site: Site) -> None:
    assert "虚构" not in Page(site.second).text
    assert (
        "含有样例数据，不能当作真实情况。在用目录 6 条，其中 1 条的摘要标明“（样例）”"
        in Page(site.revised).text
    )


def test_without_a_published_night_there_is_no_page(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(UsageError, match="还没有公布过"):
        write_page(settings, Ledger.open(settings))
    assert not settings.site.exists()


def test_a_region_in_code_is_called_after_its_government() -> None:
    def government(code: str, name: str, region: str, parent: str | None = None) -> Organisation:
        return Organisation(code, name, region=region, parent=parent)

    organisations = Organisations(
        [
            government("A", "某市人民政府", "1100"),
            government("A1", "某市教育局", "1100", "A"),
            government("B", "东区人民政府", "1102", "A"),
            government("C1", "甲局", "1103", "A"),
            government("C2", "乙局", "1103", "A"),
            government("E", "西区局", "西区", "A"),
        ]
    )
    names = region_names(organisations, D, ["1100", "1102", "1103", "西区"])
    assert names == {"1100": "某市本级", "1102": "东区", "1103": "1103", "西区": "西区"}


def test_a_trend_leaves_room_for_nights_that_were_not_published() -> None:
    days = (date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 11))
    trend = draw_trend(list(zip(days, ("80.00", "85.00", "90.00"), strict=True)), "90")
    assert trend is not None
    across = [float(point.split(",")[0]) for point in trend.points.split()]
    assert across == [5.0, 34.0, 295.0]
    assert trend.end_y == trend.target_y
    assert (trend.low, trend.high) == ("80.00", "90.00")
    assert draw_trend([(D, "80.00")], "90") is None
