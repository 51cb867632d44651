"""What is in force on D: full and incremental, whole exports, two sources, days of effect.

indicators.md §1, inputs.md §5 and §7; what one full submission after another does is in
in_force/test_reference_received.py. Every situation has an organisation of its own.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from sharing_pipeline.settings import SHANGHAI
from tests.support.night_helpers import Home, entry, organisations, resource

FIRST, SECOND, THIRD = "2026-11-20", "2026-11-21", "2026-11-22"

ORGS = ("UP", "MODE", "ALL-1", "ALL-2", "ALL-3", "KEPT", "TWO", "LATE", "RECEIVED", "AHEAD",
        "SAME", "GONE", "BACK", "BYTE")  # fmt: skip

ADDS = "title: 补报\ndataset: catalogue\nmode: incremental\ncolumns: {org_code: 部门代码}\n"
WHOLE = "title: 全市平台\ndataset: catalogue\nscope: whole\ncolumns: {org_code: 部门代码}\n"
SOURCES = {"adds": ADDS, "platform": WHOLE, "other": WHOLE.replace("scope: whole\n", "")}
DRAFT = {"publish_status": "草稿"}
OFFLINE = {"resource_status": "停用"}


def sent(code: str, org: str, **fields: str) -> dict[str, str]:
    """An entry as the sources above write it."""
    row = entry(code, org, **fields)
    return {"部门代码" if name == "org_code" else name: text for name, text in row.items()}


def first_night(home: Home) -> None:
    home.put("catalogue/目录-2026-11-01.csv", [
        entry("UP-1", "UP"), entry("UP-2", "UP"), entry("TWO-1", "TWO"), entry("TWO-2", "TWO"),
        entry("GONE-1", "GONE"), entry("GONE-2", "GONE"),
        entry("BACK-1", "BACK"), entry("BACK-2", "BACK"),
    ])  # fmt: skip
    home.put("catalogue/资源-2026-11-01.csv", [
        resource("R-UP-1", "UP-1"), resource("R-UP-2", "UP-2"), resource("R-LATE", "LATE-1"),
        resource("R-GONE", "GONE-1"),
    ])  # fmt: skip
    home.put("adds/目录-2026-11-01.csv", [sent("MODE-1", "MODE"), sent("MODE-2", "MODE")])
    home.put("platform/2026-11-01.csv", [
        sent("ALL-1-1", "ALL-1"), sent("ALL-2-1", "ALL-2"), sent("ALL-3-1", "ALL-3"),
        sent("ALL-3-2", "ALL-3"),
    ])  # fmt: skip
    home.put("catalogue/未注明.csv", [entry("RECEIVED-1", "RECEIVED")])
    home.put("catalogue/20261122/报送20261119.csv", [entry("BYTE-1", "BYTE")])
    home.put("catalogue/目录-2026-11-22.csv", [entry("AHEAD-1", "AHEAD")])


def second_night(home: Home) -> None:
    home.put("catalogue/目录-2026-11-10-增量.csv", [
        entry("UP-2", "UP", **DRAFT), entry("UP-3", "UP"),
    ])  # fmt: skip
    home.put("catalogue/资源-2026-11-10-增量.csv", [resource("R-UP-3", "UP-3")])
    home.put("adds/目录-2026-11-10.csv", [sent("MODE-2", "MODE", **DRAFT)])
    home.put("platform/2026-11-10.csv", [
        sent("ALL-1-2", "ALL-1"), sent("ALL-3-1", "NOBODY"), sent("KEPT-1", "KEPT"),
    ])  # fmt: skip
    home.put("other/2026-11-10.csv", [sent("TWO-1", "TWO", **DRAFT)])
    home.put("catalogue/a-2026-11-10.csv", [
        entry("GONE-2", "GONE"), entry("LATE-1", "LATE"), entry("BACK-2", "BACK"),
    ])  # fmt: skip
    home.put("catalogue/b-2026-11-19.csv", [entry("BACK-1", "BACK"), entry("BACK-2", "BACK")])
    home.put("catalogue/same-1-2026-11-15.csv", [entry("SAME-1", "SAME"), entry("SAME-2", "SAME")])
    home.put("catalogue/same-2-2026-11-15.csv", [entry("SAME-2", "SAME", **DRAFT)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("in_force"), listed=organisations(*ORGS), sources=SOURCES)
    first_night(made)
    # 18:30 UTC is 02:30 of the next day in Shanghai.
    made.night(FIRST, at=datetime.fromisoformat("2026-11-20T18:30:00+00:00"))
    second_night(made)
    made.night(SECOND)
    made.night(THIRD)
    return made


def of(home: Home, org: str, day: str = SECOND) -> set[str]:
    """The codes that an organisation has in force."""
    return {code for code, owner in home.in_force(day).items() if owner == org}


def test_an_incremental_file_upserts(home: Home) -> None:
    assert of(home, "UP") == {"UP-1", "UP-2", "UP-3"}
    assert home.in_force(SECOND, value="publish_status")["UP-2"] == "草稿"
    mounted = home.in_force(SECOND, "resource")
    assert {key for key in mounted if "UP" in key} == {"R-UP-1", "R-UP-2", "R-UP-3"}


def test_a_source_can_declare_itself_incremental(home: Home) -> None:
    assert of(home, "MODE") == {"MODE-1", "MODE-2"}
    assert home.in_force(SECOND, value="publish_status")["MODE-2"] == "草稿"


def test_a_whole_export_empties_organisations_without_a_row(home: Home) -> None:
    assert of(home, "ALL-1") == {"ALL-1-2"}
    assert of(home, "ALL-2") == set()


def test_a_whole_export_keeps_entries_whose_new_row_is_quarantined(home: Home) -> None:
    assert of(home, "ALL-3") == {"ALL-3-1"}


def test_a_whole_export_leaves_other_sources_alone(home: Home) -> None:
    assert of(home, "KEPT") == {"KEPT-1"}
    assert of(home, "RECEIVED") == {"RECEIVED-1"}


def test_a_code_in_force_from_two_sources_is_one_subject_and_an_issue_names_both(
    home: Home,
) -> None:
    [row] = [row for row in home.table("catalogue", SECOND) if row["catalogue_code"] == "TWO-1"]
    assert (row["source"], row["publish_status"]) == ("other", "草稿")
    assert home.outcomes(SECOND)["TWO-1"] == "excluded not_published"
    assert of(home, "TWO") == {"TWO-1", "TWO-2"}
    issues = home.issues(SECOND, "code_in_two_sources")
    assert list(issues) == ["TWO-1"]
    assert issues["TWO-1"]["severity"] == "warning"
    assert all(name in issues["TWO-1"]["message"] for name in ("catalogue", "other"))


def test_a_resource_without_its_entry_is_kept_and_matches_when_it_comes(home: Home) -> None:
    assert home.in_force(FIRST, "resource")["R-LATE"] == "LATE-1"
    assert "LATE-1" not in home.outcomes(FIRST)
    assert home.outcomes(SECOND)["LATE-1"] == "met mounted"


def test_a_file_without_resources_leaves_resources_alone(home: Home) -> None:
    # GONE-1 went, its resource is unmatched now; nothing took it away.
    assert "R-GONE" in home.in_force(SECOND, "resource")


def test_the_day_of_effect_is_the_one_in_the_files_own_name(home: Home) -> None:
    row = home.received("20261122/报送20261119.csv")
    assert row["effective_on"] == "2026-11-19"


def test_without_a_declared_day_it_is_no_later_than_d_and_receipt(home: Home) -> None:
    row = home.received("未注明.csv")
    assert (row["received_at"], row["effective_on"]) == ("2026-11-21 02:30:00", FIRST)


def test_a_file_dated_after_d_is_not_in_force_on_d(home: Home) -> None:
    assert of(home, "AHEAD", FIRST) == of(home, "AHEAD", SECOND) == set()
    assert of(home, "AHEAD", THIRD) == {"AHEAD-1"}


def test_of_two_submissions_of_a_day_the_later_received_wins(home: Home) -> None:
    assert of(home, "SAME") == {"SAME-2"}
    assert home.in_force(SECOND, value="publish_status")["SAME-2"] == "草稿"


def test_a_vanished_entry_is_on_the_issue_list_and_one_that_came_back_is_not(home: Home) -> None:
    assert set(home.issues(SECOND, "entry_vanished")) == {"GONE-1", "ALL-1-1", "ALL-2-1", "ALL-3-2"}
    assert home.issues(FIRST, "entry_vanished") == {}


def test_one_row_per_key_in_every_table_of_rows_in_force(home: Home) -> None:
    for table in ("catalogue", "resource"):
        keys = [next(iter(row.values())) for row in home.table(table, SECOND)]
        assert keys == sorted(set(keys))


@pytest.fixture(scope="module")
def undated(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Files that declare no day, taken in long after D, for an old night, and before D."""
    made = Home(tmp_path_factory.mktemp("undated"))
    made.put("catalogue/came-after-d.csv", [entry("A-1", "A")])
    made.night("2026-11-22", at=datetime(2026, 11, 25, 9, 0, tzinfo=SHANGHAI))
    made.put("catalogue/for-an-old-night.csv", [entry("B-1", "B")])
    made.night("2026-11-18", at=datetime(2026, 11, 25, 9, 5, tzinfo=SHANGHAI))
    made.put("catalogue/came-before-d.csv", [entry("C-1", "C")])
    made.night("2026-11-24", at=datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI))
    return made


def test_undated_after_d_it_is_d(undated: Home) -> None:
    assert undated.received("came-after-d.csv")["effective_on"] == "2026-11-22"


def test_undated_for_an_old_night_it_is_the_last_published_d(undated: Home) -> None:
    assert undated.received("for-an-old-night.csv")["effective_on"] == "2026-11-22"
    assert undated.in_force("2026-11-18") == {}


def test_undated_before_d_it_is_the_day_of_receipt(undated: Home) -> None:
    assert undated.received("came-before-d.csv")["effective_on"] == "2026-11-23"
    assert set(undated.in_force("2026-11-24")) == {"A-1", "B-1", "C-1"}


@pytest.fixture(scope="module")
def out_of_order(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What is of an earlier day comes later: by its name in one night, and a night late."""
    made = Home(tmp_path_factory.mktemp("out_of_order"))
    made.put("catalogue/a-2026-11-15.csv", [entry("A-1", "A", **DRAFT), entry("A-2", "A")])
    made.put("catalogue/b-2026-11-01.csv", [entry("A-1", "A"), entry("A-3", "A")])
    made.put("catalogue/c-2026-11-19.csv", [entry("B-1", "B", **DRAFT), entry("B-2", "B")])
    made.put("catalogue/d-2026-11-19.csv", [resource("R-1", "A-2", **OFFLINE)])
    made.night(FIRST)
    made.put("catalogue/e-2026-11-10.csv", [entry("B-1", "B"), entry("B-3", "B")])
    made.put("catalogue/f-2026-11-10.csv", [resource("R-1", "A-2"), resource("R-2", "A-2")])
    made.night(SECOND)
    made.night("2026-11-12")
    return made


def test_the_day_of_effect_and_not_of_receipt_decides_what_replaces_what(
    out_of_order: Home,
) -> None:
    assert of(out_of_order, "A") == {"A-1", "A-2"}
    assert of(out_of_order, "B") == {"B-1", "B-2"}
    status = out_of_order.in_force(SECOND, value="publish_status")
    assert (status["A-1"], status["B-1"]) == ("草稿", "草稿")
    assert set(out_of_order.in_force(SECOND, "resource")) == {"R-1"}
    assert out_of_order.outcomes(SECOND)["A-2"] == "missed resource_offline"


def test_between_the_two_days_the_late_one_is_in_force(out_of_order: Home) -> None:
    assert of(out_of_order, "B", "2026-11-12") == {"B-1", "B-3"}
    assert set(out_of_order.in_force("2026-11-12", "resource")) == {"R-1", "R-2"}
