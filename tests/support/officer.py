"""An officer at the terminal: runs `sharing` on a home folder and keeps its output."""

from __future__ import annotations

import csv
import io

import pytest
from click.testing import CliRunner, Result

from sharing_pipeline.cli import main
from sharing_pipeline.receiving import inbox
from tests.reference.city import Row
from tests.support.night_helpers import Home, entries, entry, item, organisations, resource

FIRST, SECOND = "2026-11-20", "2026-11-21"


def sharing(home: Home, *words: str) -> Result:
    """Runs a command on a home folder; a bug in it makes the test fail."""
    folders = ["--home", str(home.settings.home), "--catalog", str(home.settings.catalog)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "SECOND_LOOK_SECONDS", 0.01)
        return CliRunner().invoke(main, [*words, *folders], catch_exceptions=False)


def read_csv(result: Result) -> list[dict[str, str]]:
    """The rows that a command wrote to standard output."""
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def city_files(home: Home) -> None:
    """A (100 entries), its subordinate A1 (10), B without a catalogue; two demand items."""
    below: Row = {"org_code": "A1", "org_name": "A局信息中心", "level": "市", "parent": "A"}
    home.put("organisation/organisations.csv", [*organisations("A", "B"), below])
    rows = [*entries("A", range(100)), *entries("A1", range(9)), entry("A1-009", "A1", name="=1+1")]
    home.put(f"catalogue/catalogue-{FIRST}.csv", rows)
    mounted = [resource(f"R-{row['catalogue_code']}", row["catalogue_code"]) for row in rows[:105]]
    home.put(f"catalogue/resource-{FIRST}.csv", mounted)
    done = {"accepted_on": "2026-11-03", "replied_on": "2026-11-04", "decision": "同意",
            "delivered_on": "2026-11-10", "confirmed_on": "2026-11-11"}  # fmt: skip
    home.put(f"demand/demand-{FIRST}.csv", [item("X-1", **done), item("X-2", org="A1")])
