"""Publication: trends, definitions, and the same bytes from the same inputs.

indicators.md §5 and §6. Revisions after late files are in night/test_known_by.py.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import yaml

from sharing_pipeline.assessment.definitions import load_definitions, official_on
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.errors import ConfigurationError, NothingPublished, UsageError
from sharing_pipeline.published.export import write_table
from sharing_pipeline.published.tables import Published
from tests.reference.city import Row
from tests.support.cases import definition
from tests.support.night_helpers import D, Home, batch, entry, item, resource

MOUNT = "mount_rate/2023-1"
TRENDS = (
    "change_from_previous_night", "change_from_month_end", "change_from_quarter_end",
)  # fmt: skip


@pytest.fixture(scope="module")
def trend(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four entries, mounted one after the other; a fifth comes later and is not."""
    made = Home(tmp_path_factory.mktemp("trend"))
    made.put("catalogue/目录-2026-09-01.csv", [
        *[entry(f"E{number}", "A") for number in range(4)],
        entry("E4", "A", published_on="2026-11-02"),
    ])  # fmt: skip
    made.put("catalogue/资源-2026-09-01.csv", [
        resource(f"R{number}", f"E{number}", mounted_on=day)
        for number, day in enumerate(("2026-09-01", "2026-10-15", "2026-11-01"))
    ])  # fmt: skip
    for day in ("2026-09-30", "2026-10-31", "2026-11-01", "2026-11-02"):
        made.night(day)
    return made


def changes(trend: Home, day: str) -> tuple[str, ...]:
    """Rate, and changes from the previous night, month's end and quarter's end."""
    [row] = [row for row in trend.table("scoreboard", day, MOUNT) if row["scope_type"] == "all"]
    return (row["rate_display"], *(row[name] for name in TRENDS))


def test_without_an_earlier_night_the_change_is_blank(trend: Home) -> None:
    assert changes(trend, "2026-09-30") == ("25.00", "", "", "")


def test_month_and_quarter_end_are_the_last_before_the_day(trend: Home) -> None:
    assert changes(trend, "2026-10-31") == ("50.00", "", "25.00", "25.00")


def test_the_previous_night_may_be_the_months_end(trend: Home) -> None:
    assert changes(trend, "2026-11-01") == ("75.00", "25.00", "25.00", "50.00")


def test_a_rate_that_falls_has_a_minus(trend: Home) -> None:
    assert changes(trend, "2026-11-02") == ("60.00", "-15.00", "10.00", "35.00")


def test_a_trend_that_came_to_be_known_later_is_no_new_revision(trend: Home) -> None:
    trend.night("2026-10-30")
    report = trend.night("2026-10-31")
    assert not any(each.new for each in report.revisions)
    assert len(report.revisions) == len(INDICATORS)


def fill(home: Home) -> None:
    home.put("catalogue/目录-2026-11-01.csv", [entry("A-1", "A"), entry("B-1", "B")])
    home.put("catalogue/资源-2026-11-01.csv", [resource("R-1", "A-1")])
    home.put("demand/清单.csv", [item("I-1")])
    home.put("exchange_log/log.csv", [batch("b1", "R-1", "2026-11-20 10:00:00")])


@pytest.fixture(scope="module")
def defined(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A definition that has published results can't change; others can stand beside it."""
    made = Home(tmp_path_factory.mktemp("definitions"))
    beside = definition("mount_rate", "lenient", count_not_shareable=True)
    path = made.settings.catalog / "definitions" / "lenient.yaml"
    path.write_text(yaml.safe_dump(beside, allow_unicode=True), encoding="utf-8")
    fill(made)
    made.night(D, definitions=["mount_rate/lenient"])
    return made


def test_every_official_definition_has_revision_one(defined: Home) -> None:
    rows = defined.table("scoreboard")
    assert {row["revision"] for row in rows} == {"1"}
    official = official_on(load_definitions(defined.settings.catalog), date.fromisoformat(D))
    assert {row["definition"] for row in rows} == {
        *(each.id for each in official.values()), "mount_rate/lenient",
    }  # fmt: skip


def test_issues_speak_of_the_official_ones_only(defined: Home) -> None:
    missed = [row for row in defined.table("issue") if row["severity"] == "missed"]
    rules = [row["indicator_or_rule"] for row in missed if row["subject_id"] == "B-1"]
    assert [rules.count(name) for name in ("mount_rate", "update_timeliness")] == [1, 0]


def test_the_same_again_makes_no_new_revision(defined: Home) -> None:
    report = defined.night(D)
    assert {(each.revision, each.new) for each in report.revisions} == {(1, False)}
    assert len(report.revisions) == len(INDICATORS)


def test_a_changed_file_of_a_published_definition_is_refused(defined: Home) -> None:
    path = defined.settings.catalog / "definitions" / "mount_rate-2023-1.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("count_not_shareable: false", "count_not_shareable: true"))
    with pytest.raises(ConfigurationError, match="mount_rate/2023-1"):
        defined.night(D)
    path.write_text(text, encoding="utf-8")
    assert not any(one.new for one in defined.night(D).revisions)


def test_a_published_definition_is_exported_as_it_was_whatever_its_file_became(
    defined: Home,
) -> None:
    folder = defined.settings.catalog / "definitions"
    texts = {folder / name: (folder / name).read_bytes() for name in
             ("mount_rate-2023-1.yaml", "lenient.yaml")}  # fmt: skip
    before = defined.table("definition", None)
    changed, gone = texts
    changed.write_bytes(texts[changed].replace(b"target_percent: 90", b"target_percent: 50"))
    gone.unlink()
    after = defined.table("definition", None)
    for path, text in texts.items():
        path.write_bytes(text)
    assert "mount_rate/lenient" in {row["definition"] for row in before}
    assert after == before


def test_an_unknown_definition_is_refused(defined: Home) -> None:
    with pytest.raises(UsageError, match="mount_rate/other"):
        defined.night(D, definitions=["mount_rate/other"])


def test_a_day_without_official_definitions_is_refused(defined: Home) -> None:
    with pytest.raises((UsageError, ConfigurationError), match="2023-05-30"):
        defined.night("2023-05-30")


def test_without_a_catalogue_nothing_is_published(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put("demand/清单.csv", [item("I-1")])
    with pytest.raises(NothingPublished, match="目录"):
        home.night(D)
    # What was taken in stays: the next night needs the catalogue only.
    home.put("catalogue/目录-2026-11-01.csv", [entry("A-1", "A")])
    home.night(D)
    assert set(home.outcomes(indicator="demand_completion")) == {"I-1"}


ROWS: dict[str, list[Row]] = {
    "catalogue/甲-2026-11-01.csv": [
        entry("A-1", "A"), entry("A-2", "A", published_on="2026-12-01"), entry("A-3", "A"),
        entry("B-1", "B", sharing_type="有条件共享"), entry("C-1", "NOBODY"),
    ],
    "catalogue/乙-2026-11-15.csv": [
        entry("A-1", "A"), entry("A-2", "A", last_updated_on="2026-11-10"), entry("D-1", "D"),
        entry("D-2", "D", update_cycle="看情况"),
    ],
    "catalogue/资源-2026-11-01.csv": [
        resource("R-1", "A-1"), resource("R-2", "A-1"), resource("R-3", "D-1", row_count="3万条"),
    ],
    "demand/清单.csv": [item("I-1"), item("I-2", promised_on="5/3/2026"), item("I-3", "D")],
    "exchange_log/日志.csv": [
        batch("b1", "R-1", "2026-11-20 10:00:00"), batch("b2", "R-2", "2026-11-22 10:00:00"),
        batch("b3", "R-9", "2026-11-22 10:00:00"), batch("b4", "R-3", "2026-11-22 09:00:00", 0),
    ],
}  # fmt: skip


def exported(home: Home, folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of the csv and parquet files that `sharing export` writes."""
    published = Published(home.settings, home.ledger)
    files = {}
    for name in names:
        for form in ("csv", "parquet"):
            path = folder / f"{name}.{form}"
            write_table(published.table(name, published.latest_day()), form, path)
            files[path.name] = path.read_bytes()
    return files


def test_order_of_files_and_rows_makes_no_difference(tmp_path: Path) -> None:
    names = ("assessment", "scoreboard", "issue", "catalogue", "resource", "demand")
    results = []
    for number in range(2):
        folder = tmp_path / f"city's {number}"
        home = Home(folder)
        files = [(name, list(rows)) for name, rows in ROWS.items()]
        if number:
            random.Random(7).shuffle(files)
            for _, rows in files:
                rows.reverse()
        for name, rows in files:
            home.put(name, rows)
        home.night("2026-11-21")
        home.night(D)
        results.append(exported(home, folder, names))
    assert results[0].keys() == results[1].keys()
    assert [name for name in results[0] if results[0][name] != results[1][name]] == []
