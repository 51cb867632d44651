"""Makes the sample city: puts the parts together and writes them into an inbox."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from sharing_pipeline.errors import UsageError
from sharing_pipeline.sample.catalogue import build_entries
from sharing_pipeline.sample.catalogue_defects import plant_catalogue, plant_resources
from sharing_pipeline.sample.catalogue_files import (
    catalogue_rows,
    resource_rows,
    write_catalogue,
)
from sharing_pipeline.sample.defects import DEFECTS, declared
from sharing_pipeline.sample.demand import build_demands, plant_demands, write_demands
from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.exchange import build_pools, build_schedule
from sharing_pipeline.sample.exchange_files import LogPlan, write_exchange_log
from sharing_pipeline.sample.exemptions import write_exemptions
from sharing_pipeline.sample.files import write_csv
from sharing_pipeline.sample.history import WHOLE_CITY, write_history
from sharing_pipeline.sample.organisations import Organisation, build_organisations, draw_weakness
from sharing_pipeline.sample.outcomes import decide_outcomes
from sharing_pipeline.sample.resources import build_resources, sharing_methods
from sharing_pipeline.sample.words import Words, load_words
from sharing_pipeline.settings import Progress, silent

FEWEST_ENTRIES = 50
FOLDERS = ("organisation", "exemption", "catalogue", "exchange_log", "demand")


@dataclass(frozen=True)
class CityReport:
    """What a sample city holds: the number of rows by table and of planted faults by name
    (defects.py), and its first and last day."""

    counts: dict[str, int]
    defects: dict[str, int]
    first_day: date
    last_day: date


@dataclass(frozen=True)
class _City:
    """The parts that several tables are made from."""

    inbox: Path
    seed: int
    on: date
    words: Words
    organisations: list[Organisation]
    weakness: np.ndarray
    entries: pd.DataFrame
    resources: pd.DataFrame


def _refuse_small(entries: int, *counts: int) -> None:
    """Raises UsageError for sizes that are too small for a city."""
    if entries < FEWEST_ENTRIES or min(counts) < 1:
        raise UsageError(
            f"样例城市至少要 {FEWEST_ENTRIES} 条目录、1 天日志、每天 1 行、1 项需求，请把数目改大。"
        )


def _plan(inbox: Path, seed: int, on: date, entries: int, days: int) -> _City:
    words = load_words()
    organisations = build_organisations(words, on)
    weakness = draw_weakness(stream(seed, Stream.organisation), len(organisations))
    decided = decide_outcomes(
        seed, build_entries(seed, organisations, entries, words), weakness, days
    )
    resources = build_resources(seed, decided)
    decided = decided.assign(sharing_method=sharing_methods(decided, resources))
    return _City(inbox, seed, on, words, organisations, weakness, decided, resources)


def _write_organisations(city: _City) -> None:
    rows = [organisation.cells() for organisation in city.organisations]
    path = city.inbox / "organisation" / "organisations.csv"
    write_csv(path, list(rows[0]), [list(row.values()) for row in rows])


def _catalogue(city: _City, progress: Progress) -> tuple[dict[str, int], dict[str, int]]:
    """Writes catalogue, resources and fields; gives the number of rows by table and of faults."""
    entries = city.entries
    rows = catalogue_rows(city.seed, entries, city.organisations, city.on, city.words)
    rows, faults = plant_catalogue(
        city.seed, rows, entries, city.organisations, city.on, declared("entry", len(entries))
    )
    mounted = resource_rows(city.resources, city.organisations, city.on, city.words)
    mounted, more = plant_resources(city.seed, mounted, declared("resource", len(mounted)))
    fields = write_catalogue(
        city.inbox / "catalogue", city.seed, rows, mounted, city.words, progress
    )
    counts = {"catalogue": len(rows), "resource": len(mounted), "field": fields}
    return counts, {**faults, **more}


def _history(city: _City, days: int) -> Counter[str]:
    """Writes the catalogue as it was before D; gives the number of rows by table."""
    return write_history(
        city.inbox / "catalogue", city.seed, city.entries, city.resources, city.organisations,
        city.on, days, city.words,
    )  # fmt: skip


def _demands(city: _City, count: int) -> tuple[dict[str, int], dict[str, int]]:
    """Writes the demand list and the exemptions; gives the number of rows by table and of
    faults."""
    demands = build_demands(
        city.seed, count, city.organisations, city.weakness, city.entries, city.on
    )
    exempt = demands.loc[demands["outcome"] == "exempt", "demand_id"]
    path = city.inbox / "exemption" / "exemptions.csv"
    exemptions, faults = write_exemptions(path, city.seed, city.entries, exempt, city.on)
    rows, more = plant_demands(city.seed, demands, declared("demand", count))
    write_demands(city.inbox / "demand", rows)
    return {"demand": len(rows), "exemption": exemptions}, {**faults, **more}


def _log(city: _City, sizes: tuple[int, ...], progress: Progress) -> tuple[int, dict[str, int]]:
    """Writes the exchange log; gives the number of its rows and of its faults."""
    plan = LogPlan(
        seed=city.seed,
        on=city.on,
        sizes=sizes,
        schedule=build_schedule(city.seed, city.entries, city.resources, len(sizes)),
        pools=build_pools(city.entries, city.resources),
        resources=city.resources,
        org_codes=[organisation.org_code for organisation in city.organisations],
    )
    return write_exchange_log(city.inbox / "exchange_log", plan, progress)


def _explain(inbox: Path, report: CityReport) -> None:
    """Writes 样例说明.txt beside the sources' folders, where it is never taken in."""
    lines = [
        "样例数据说明",
        "",
        "本文件夹内的数据由程序生成，全部为虚构。地名和部门类别取自现实，目录、资源、日志、需求、",
        "完成情况与任何真实机构无关；邮箱使用保留域名 .example，不会送达任何人。",
        f"数据覆盖 {report.first_day} 至 {report.last_day}（业务日）。",
        f"{WHOLE_CITY}-日期 开头的目录文件是各期的平台导出，补算过去的业务日时用；",
        f"其余目录文件是各部门在 {report.last_day} 报送的。",
        "三清山风景名胜区、上饶经济技术开发区、上饶高铁经济试验区没有自己的 GB/T 2260 代码，",
        "3611SQ、3611JK、3611GT 是样例自拟的。",
        "",
        "行数",
        *(f"  {table}：{count}" for table, count in report.counts.items()),
        "",
        "有意放入的问题",
        *(f"  {defect.title}：{report.defects[defect.name]}" for defect in DEFECTS),
    ]
    (inbox / "样例说明.txt").write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8-sig"))


def make_city(
    inbox: Path,
    *,
    entries: int = 6000,
    days: int = 180,
    log_rows_per_day: int = 3000,
    history_log_rows_per_day: int | None = None,
    demands: int = 800,
    date: date,
    seed: int = 1,
    past_catalogues: bool = True,
    progress: Progress = silent,
) -> CityReport:
    """Writes a sample city into `inbox`; the same arguments give the same bytes.

    `date` is D, the last day with data; the log covers the `days` days up to D.
    `history_log_rows_per_day` is the size of all days but the last, where it differs from
    `log_rows_per_day`. With `past_catalogues` the catalogue as it was on earlier days is written
    too, so that those days can be evaluated. UsageError for sizes that are too small for a city.
    """
    _refuse_small(entries, days, log_rows_per_day, demands)
    for folder in FOLDERS:
        (inbox / folder).mkdir(parents=True, exist_ok=True)
    city = _plan(inbox, seed, date, entries, days)
    _write_organisations(city)
    counts, faults = _catalogue(city, progress)
    demand_counts, demand_faults = _demands(city, demands)
    history = log_rows_per_day if history_log_rows_per_day is None else history_log_rows_per_day
    sizes = (*[history] * (days - 1), log_rows_per_day)
    log_rows, log_faults = _log(city, sizes, progress)
    counts = dict(Counter(counts) + (_history(city, days) if past_catalogues else Counter()))
    counts = {"organisation": len(city.organisations), **counts, **demand_counts}
    city_report = CityReport(
        counts={**counts, "exchange_log": log_rows},
        defects={**faults, **demand_faults, **log_faults},
        first_day=date - timedelta(days=days - 1),
        last_day=date,
    )
    _explain(inbox, city_report)
    return city_report
