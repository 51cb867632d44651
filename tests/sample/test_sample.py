"""The sample city: same bytes, every planted fault in the files, rates as intended."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from sharing_pipeline.errors import UsageError
from sharing_pipeline.sample import DEFECTS, declared, make_city
from tests.reference import assess
from tests.support.sample_city import as_received
from tests.support.sample_faults import all_faults, entries_of
from tests.support.sample_files import (
    D,
    SampleFiles,
    day_of,
    read_city,
    read_csv,
    read_sheet,
    rows_of,
)

SIZE = {"entries": 2000, "days": 60, "log_rows_per_day": 500, "demands": 300, "date": D}
SMALL = {"entries": 200, "days": 12, "log_rows_per_day": 80, "demands": 40, "date": D}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    inbox = tmp_path_factory.mktemp("city") / "inbox"
    return read_city(inbox, make_city(inbox, **SIZE))


def organisations(sample: SampleFiles) -> list[dict]:
    return read_csv(sample.inbox / "organisation" / "organisations.csv")


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        make_city(tmp_path / name, **SMALL, seed=seed)
    assert digest(tmp_path / "one") == digest(tmp_path / "again")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_every_fault_is_planted_as_often_as_declared(sample: SampleFiles) -> None:
    defects = sample.report.defects
    resources = len(rows_of(sample.resources)) - defects["resource_duplicate"]
    wanted = {
        **declared("entry", SIZE["entries"]),
        **declared("resource", resources),
        **declared("log", SIZE["days"] * SIZE["log_rows_per_day"]),
        **declared("demand", SIZE["demands"]),
    }
    assert {name: defects[name] for name in wanted} == wanted
    assert set(defects) == {defect.name for defect in DEFECTS}


def test_every_fault_is_found_in_the_files_as_often_as_reported(sample: SampleFiles) -> None:
    found = all_faults(sample)
    assert found == sample.report.defects


def test_report_counts_the_rows_in_the_files(sample: SampleFiles) -> None:
    counts = sample.report.counts
    assert counts["organisation"] == len(organisations(sample))
    past_entries, past_resources = rows_of(sample.past_catalogues), rows_of(sample.past_resources)
    assert counts["catalogue"] == len(rows_of(sample.catalogues)) + len(past_entries)
    assert counts["resource"] == len(rows_of(sample.resources)) + len(past_resources)
    assert counts["demand"] == len(rows_of(sample.demands))
    assert counts["exchange_log"] == len(rows_of(sample.logs))
    workbooks = sorted((sample.inbox / "catalogue").glob("*.xlsx"))
    assert counts["field"] == sum(len(read_sheet(path, "信息项")) for path in workbooks)
    exemptions = read_csv(sample.inbox / "exemption" / "exemptions.csv")
    assert counts["exemption"] == len(exemptions)


def test_organisations_are_one_tree_with_one_name_each(sample: SampleFiles) -> None:
    rows = {row["org_code"]: row for row in organisations(sample)}
    assert len(rows) == sample.report.counts["organisation"]
    assert [code for code, row in rows.items() if not row["parent"]] == ["361100000"]
    assert all(row["parent"] in rows for row in rows.values() if row["parent"])
    assert all(row["successor"] in rows for row in rows.values() if row["successor"])
    names = Counter(row[name] for row in rows.values() for name in ("org_name", "aliases"))
    assert max(names.values()) == 1
    below = Counter(row["parent"] for row in rows.values())
    counties = [code for code in below if code not in ("", "361100000", "361121000")]
    assert len(counties) == 15
    assert {below[code] for code in counties} == {20}
    assert all(row["region"] == code[:6] for code, row in rows.items())


def test_mergers_have_a_last_day_and_a_successor(sample: SampleFiles) -> None:
    ended = {row["org_name"]: row for row in organisations(sample) if row["valid_to"]}
    assert {"上饶县人民政府", "上饶市乡村振兴局"} <= set(ended)
    assert all(
        row["successor"] and date.fromisoformat(row["valid_to"]) < D for row in ended.values()
    )
    names = {row["org_code"]: row["org_name"] for row in organisations(sample)}
    assert names[ended["上饶县人民政府"]["successor"]] == "广信区人民政府"


def test_codes_are_unique_but_for_planted_faults(sample: SampleFiles) -> None:
    codes = Counter(
        row["目录代码"] for row in entries_of(sample) if isinstance(row["目录代码"], str)
    )
    assert {code for code, count in codes.items() if count > 1} <= {"", *scientific(codes)}
    resources = {tuple(map(str, row.values())) for row in rows_of(sample.resources)}
    assert len({row[0] for row in resources}) == len(resources)
    assert all(len(code) == 18 for code in codes if code and code not in scientific(codes))


def scientific(codes: Counter) -> set[str]:
    return {code for code in codes if "E+" in code}


def test_everything_says_that_it_is_fictional(sample: SampleFiles) -> None:
    folders = ("catalogue", "exchange_log", "demand")
    files = [path for folder in folders for path in (sample.inbox / folder).iterdir()]
    assert all("样例" in path.name for path in files)
    entries = rows_of(sample.catalogues) + rows_of(sample.past_catalogues)
    assert all(str(row["摘要"]).startswith("（样例）") for row in entries)
    assert "虚构" in (sample.inbox / "样例说明.txt").read_text(encoding="utf-8-sig")
    mailboxes = [
        row[name] for row in organisations(sample) for name in row if name.endswith("officer")
    ]
    assert all(re.fullmatch(r"[\w.-]+@shangrao\.example", mailbox) for mailbox in mailboxes)


def test_only_sources_hold_files_to_take_in(sample: SampleFiles) -> None:
    assert {path.name for path in sample.inbox.iterdir()} == {
        "organisation", "exemption", "catalogue", "exchange_log", "demand", "样例说明.txt"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("indicator", "intended"),
    [("mount_rate", 0.93), ("update_timeliness", 0.84), ("demand_completion", 0.78)],
)
def test_rates_are_as_intended(sample: SampleFiles, indicator: str, intended: float) -> None:
    rows = assess(as_received(sample), D, {"id": f"{indicator}/x", "indicator": indicator})
    outcomes = Counter(row["outcome"] for row in rows)
    rate = outcomes["met"] / (outcomes["met"] + outcomes["missed"])
    assert rate == pytest.approx(intended, abs=0.01)


@pytest.mark.parametrize("ago", [1, 30, 59])
@pytest.mark.parametrize(
    ("indicator", "lowest"),
    [("mount_rate", 0.88), ("update_timeliness", 0.75), ("demand_completion", 0.7)],
)
def test_past_days_have_rates_of_nearly_as_many_subjects(
    sample: SampleFiles, indicator: str, lowest: float, ago: int
) -> None:
    city = as_received(sample)
    counts = [
        Counter(row["outcome"] for row in assess(city, day, {"id": "x", "indicator": indicator}))
        for day in (D, D - timedelta(days=ago))
    ]
    counted_on_d, counted = (each["met"] + each["missed"] for each in counts)
    assert 0.7 * counted_on_d < counted <= 1.01 * counted_on_d
    assert lowest < counts[1]["met"] / counted < 0.97


def test_past_exports_know_nothing_of_later_days(sample: SampleFiles) -> None:
    tables = {**sample.past_catalogues, **sample.past_resources}
    assert tables
    for name, rows in tables.items():
        exported_on = date.fromisoformat(re.search(r"\d{4}-\d\d-\d\d", name)[0])
        dates = [day_of(cell) for row in rows for title, cell in row.items() if "日期" in title]
        assert all(day <= exported_on < D for day in dates if day is not None), name


def test_past_catalogues_can_be_left_out(tmp_path: Path) -> None:
    sample = read_city(tmp_path, make_city(tmp_path, **SMALL, past_catalogues=False))
    assert (sample.past_catalogues, sample.past_resources) == ({}, {})
    assert sample.report.counts["catalogue"] == len(rows_of(sample.catalogues))


def test_weak_organisations_stand_out(sample: SampleFiles) -> None:
    rows = assess(as_received(sample), D, {"id": "mount_rate/x", "indicator": "mount_rate"})
    counted = Counter(row["org_code"] for row in rows if row["outcome"] != "excluded")
    met = Counter(row["org_code"] for row in rows if row["outcome"] == "met")
    rates = [met[org] / count for org, count in counted.items() if count >= 10]
    assert min(rates) < 0.75
    assert sum(rate >= 0.9 for rate in rates) > len(rates) / 2


def test_a_day_has_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    sizes = {**SMALL, "log_rows_per_day": 1500, "history_log_rows_per_day": 300}
    sample = read_city(tmp_path, make_city(tmp_path, **sizes))
    assert len(sample.logs[D]) == 1500
    assert {len(rows) for day, rows in sample.logs.items() if day < D} == {300}


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    heard: dict[str, tuple[int, int]] = {}

    def listen(message: str, done: int, total: int) -> None:
        heard[message] = (done, total)

    make_city(tmp_path, **SMALL, progress=listen)
    assert heard
    assert all(done == total for done, total in heard.values())


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="至少"):
        make_city(tmp_path, date=D, entries=3)
