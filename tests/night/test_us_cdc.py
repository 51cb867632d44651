"""A real DCAT-US catalogue on both of its dates: no row and no entry lost, cycles as written.

The files are read where they lie (SHARED_DATA, else ../shared/data); none is kept here.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.settings import PROJECT
from tests.support.catalogs import SHARED_DATA
from tests.support.night_helpers import Home

FOLDER = SHARED_DATA / "us-cdc"
DAYS = ("2023-12-24", "2024-05-12")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the catalogue is not at {FOLDER} (set SHARED_DATA)"
)


def datasets(day: str) -> list[dict[str, Any]]:
    """The catalogue's own entries."""
    found = json.loads((FOLDER / f"cdc.data.{day}.json").read_text(encoding="utf-8"))["dataset"]
    assert isinstance(found, list)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Both files in one inbox, a night on the date of each."""
    made = Home(tmp_path_factory.mktemp("cdc"), listed=[])
    folder = made.inbox / "us-cdc"
    folder.mkdir(parents=True)
    for day in DAYS:
        shutil.copy(FOLDER / f"cdc.data.{day}.json", folder)
    for day in DAYS:
        assert made.night(day).intake.troubled == []
    return made


@pytest.mark.parametrize("day", DAYS)
def test_every_dataset_and_distribution_is_in_force(home: Home, day: str) -> None:
    sent, name = datasets(day), f"cdc.data.{day}.json"
    listed = {
        dataset["identifier"]: [each["downloadURL"] for each in dataset.get("distribution", [])]
        for dataset in sent
    }
    rows = sum(max(1, len(urls)) for urls in listed.values())
    assert home.counts(name) == (rows, rows, 0, 0)
    mounted = sum(map(len, listed.values()))
    assert home.counts(name, "resource") == (mounted, mounted, 0, 0)
    assert home.received(name)["effective_on"] == day
    assert home.in_force(day).keys() == listed.keys()
    in_force = home.table("resource", day)
    assert sorted((row["catalogue_code"], row["location"]) for row in in_force) == sorted(
        (code, url) for code, urls in listed.items() for url in urls
    )


@pytest.mark.parametrize("day", DAYS)
def test_cycles_are_read_or_stay_as_they_were_written(home: Home, day: str) -> None:
    own = load_source(PROJECT / "catalog", "us-cdc").codes["update_cycle"]
    table = load_codes(PROJECT / "catalog")["update_cycle"]
    written = {
        dataset["identifier"]: dataset.get("accrualPeriodicity") for dataset in datasets(day)
    }
    read = {row["catalogue_code"]: row["update_cycle"] for row in home.table("catalogue", day)}
    for code, text in written.items():
        expected = (table.read(text, own) or text) if text else ""
        assert read[code] == expected
    known = {text: read[code] for code, text in written.items() if text}
    assert known["R/P1Y"] == known["Annually"] == "每年"
    assert known["R/P2W"] == known["Biweekly"] == known["Two Weeks"] == "每两周"
    assert known["Approximately Monthly"] == "Approximately Monthly"


@pytest.mark.parametrize("day", DAYS)
def test_an_entry_without_distribution_is_not_mounted(home: Home, day: str) -> None:
    outcomes = home.outcomes(day)
    for dataset in datasets(day):
        if dataset["accessLevel"] == "non-public":
            expected = "excluded not_shareable"
        else:
            expected = "met mounted" if dataset.get("distribution") else "missed no_resource"
        assert outcomes[dataset["identifier"]] == expected
