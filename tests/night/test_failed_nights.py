"""A failed night is in the ledger, on the page and in `sharing status` until it is published."""

from __future__ import annotations

import errno
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from sharing_pipeline import night
from sharing_pipeline.errors import NothingPublished, UsageError
from sharing_pipeline.published.failures import standing_failures
from sharing_pipeline.settings import SHANGHAI, Settings
from sharing_pipeline.store.ledger import Failure
from tests.support.night_helpers import D, Home, entries
from tests.support.officer import sharing

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=SHANGHAI)
LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nobody has sent a catalogue to yet."""
    return Home(tmp_path)


def page(settings: Settings) -> str:
    return (settings.site / "index.html").read_text(encoding="utf-8")


def facts_of(failure: Failure) -> tuple[date, datetime, str, str]:
    return failure.day, failure.failed_at, failure.step, failure.run_id


def test_a_failure_is_there_until_its_day_is_published(home: Home) -> None:
    with pytest.raises(NothingPublished):
        home.night(at=MORNING)
    (failure,) = standing_failures(home.ledger)
    moment = MORNING.replace(tzinfo=None)
    assert facts_of(failure) == (date.fromisoformat(D), moment, "整理当日有效数据", "")
    assert "还没有接收过任何目录" in failure.reason
    for words in ("还没有公布过任何一天", f"{D} 没有运行完", "整理当日有效数据", failure.reason):
        assert words in page(home.settings)
    home.put("catalogue/目录.csv", entries("A", range(1, 4)))
    home.night(at=LATER)
    assert standing_failures(home.ledger) == []
    assert "没有运行完" not in page(home.settings)


def test_the_failure_of_another_day_stays_beside_the_figures(home: Home) -> None:
    with pytest.raises(NothingPublished):
        home.night("2026-11-21", at=MORNING)
    home.put("catalogue/目录.csv", entries("A", range(1, 4)))
    home.night(at=LATER)
    assert [failure.day.isoformat() for failure in standing_failures(home.ledger)] == ["2026-11-21"]
    assert "2026-11-21 没有运行完" in page(home.settings)
    assert "平台目录挂载率" in page(home.settings)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TypeError("a bug"), "程序出错（TypeError）"),
        (OSError(errno.ENOSPC, "No space left"), "磁盘满了"),
        (KeyboardInterrupt(), "被人中止"),
    ],
)
def test_what_is_no_known_failure_is_noted_and_stays_what_it_is(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(night, "build_facts", fail)
    with pytest.raises(type(error)):
        home.night(at=MORNING)
    (failure,) = standing_failures(home.ledger)
    assert reason in failure.reason


def test_a_page_that_cannot_be_written_is_a_failure_of_a_published_night(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.put("catalogue/目录.csv", entries("A", range(1, 4)))

    def full(*_: object) -> None:
        raise OSError("磁盘满")

    monkeypatch.setattr(night, "write_page", full)
    with pytest.raises(night.Unannounced):
        home.night(at=MORNING)
    (failure,) = standing_failures(home.ledger)
    assert (failure.step, failure.day.isoformat()) == ("生成页面", D)
    monkeypatch.undo()
    home.night(at=LATER)
    assert standing_failures(home.ledger) == []


def test_a_question_asked_wrongly_is_no_failed_night(home: Home) -> None:
    with pytest.raises(UsageError):
        home.night(definitions=["mount_rate/没有"])
    assert standing_failures(home.ledger) == []


def test_the_command_notes_its_failure_with_the_run_and_status_shows_it(home: Home) -> None:
    assert sharing(home, "nightly", "--date", D).exit_code == 1
    (failure,) = standing_failures(home.ledger)
    assert (failure.day.isoformat(), failure.step) == (D, "整理当日有效数据")
    assert failure.run_id
    shown = sharing(home, "status").output
    assert "没有运行完" in shown
    for words in (D, "整理当日有效数据", "还没有接收过任何目录", failure.run_id):
        assert words in shown
