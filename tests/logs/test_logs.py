"""Exchange logs: what is dropped, superseded and counted, against an obvious reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sharing_pipeline.logs.exchange_daily import LogFile, Resources, write_exchange_daily
from tests.support.exchange_logs import (
    COLUMNS,
    DAY,
    dispositions,
    expected_daily,
    expected_dispositions,
    random_rows,
    read,
    row,
    superseded,
    take,
    written,
)


@pytest.mark.parametrize("seed", range(24))
def test_a_log_is_read_and_counted_as_the_reference_has_it(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed, 60)
    result = take(tmp_path, rows)
    values = read(rows)
    for place, (ours, theirs) in enumerate(zip(written(result), values, strict=True)):
        for name in COLUMNS:
            if name not in ("batch_id", "resource_id") or theirs[name] is not None:
                assert ours[name] == theirs[name], (place, name, rows[place].get(name))
    disposition = expected_dispositions(rows)
    assert dispositions(result) == disposition
    assert result.rows_read == result.accepted + result.duplicate + result.quarantined == len(rows)
    in_force = [each for place, each in enumerate(values) if place not in disposition]
    daily = {
        (one["day"], one["log_day"], one["resource_id"], one["direction"], one["consumer_org"]): one
        for one in pq.read_table(result.daily).to_pylist()
    }
    expected = expected_daily(in_force)
    assert daily.keys() == expected.keys()
    for key, totals in expected.items():
        assert {name: daily[key][name] or 0 for name in totals} == totals
    assert sum(result.days.values()) == len(in_force)


@pytest.mark.parametrize("seed", range(8))
def test_two_files_together_are_judged_like_one(tmp_path: Path, seed: int) -> None:
    rows = [each for each in random_rows(seed, 80) if each["batch_id"] and each["resource_id"]]
    half = len(rows) // 2
    first = take(tmp_path, rows[:half], "first")
    second = take(tmp_path, rows[half:], "second", previous=(first.as_previous(),))
    taken_back = superseded(second).get(0, [])
    ours = dispositions(first) | dict.fromkeys(taken_back, "superseded")
    ours |= {half + place: disposition for place, disposition in dispositions(second).items()}
    expected = expected_dispositions(rows)
    quarantined = {place for place, disposition in ours.items() if disposition == "quarantined"}
    assert {p: f for p, f in ours.items() if p not in quarantined} == {
        p: f for p, f in expected.items() if p not in quarantined
    }


# --- Repeats ------------------------------------------------------------------------------


def test_a_finished_row_replaces_a_running_one_once(tmp_path: Path) -> None:
    running = row(status="执行中", finished_at="")
    rows = [running, row(status="失败"), row(), running, row("B2"), row("B2", status="失败")]
    result = take(tmp_path, rows)
    assert dispositions(result) == {0: "superseded", 2: "duplicate", 3: "duplicate", 5: "duplicate"}
    assert (result.rows_read, result.accepted, result.duplicate) == (6, 3, 3)


def test_a_batch_number_is_used_again_on_another_day(tmp_path: Path) -> None:
    other = row(started_at="2026-11-22 10:00:00", finished_at="2026-11-22 10:00:01")
    assert dispositions(take(tmp_path, [row(), other])) == {}


def test_later_files_supersede_rows_of_earlier_ones_of_the_day(tmp_path: Path) -> None:
    running = row(status="执行中", finished_at="")
    first = take(tmp_path, [running, row("B2")], "first")
    other_day = take(tmp_path, [row("B9", started_at="2026-11-01 00:00:00")], "other")
    again = (first.as_previous(), other_day.as_previous())
    second = take(tmp_path, [row("B2"), running, row(), row("B3")], "second", previous=again)
    assert superseded(second) == {0: [0]}
    assert dispositions(second) == {0: "duplicate", 1: "duplicate"}
    known = replace(first.as_previous(), log=LogFile(first.log, (second.supersedes[0][1],)))
    third = take(tmp_path, [row(), row("B3")], "third", previous=(known, second.as_previous()))
    assert dispositions(third) == {0: "duplicate", 1: "duplicate"}
    assert third.supersedes == ()


def test_rows_without_a_time_are_kept_once_too(tmp_path: Path) -> None:
    timeless = row(started_at="", finished_at="")
    first = take(tmp_path, [timeless, timeless], "first")
    assert dispositions(first) == {1: "duplicate"}
    assert first.days == {None: 1}
    second = take(tmp_path, [timeless, row("B2")], "second", previous=(first.as_previous(),))
    assert dispositions(second) == {0: "duplicate"}


# --- Times, counts, daily -----------------------------------------------------------------


def test_zones_and_midnight(tmp_path: Path) -> None:
    rows = [
        row("B1", started_at="2026-11-21T15:59:59Z", finished_at="2026-11-21T16:00:00Z"),
        row("B2", started_at="2026-11-21 23:00:00+09:00", finished_at="2026-11-21 22:30:00"),
    ]
    result = take(tmp_path, rows)
    first, second = written(result)
    assert first["started_at"] == datetime(2026, 11, 21, 23, 59, 59)
    assert first["finished_at"] == datetime(2026, 11, 22)
    assert second["started_at"] == datetime(2026, 11, 21, 22)
    assert result.counts["crosses_midnight"] == 1
    assert (result.first_record_day, result.last_record_day) == (DAY, DAY + timedelta(days=1))
    assert result.days == {DAY: 2}
    assert (result.first_log_day, result.last_log_day) == (DAY, DAY)


@pytest.mark.parametrize("timezone", ["UTC", "Asia/Tokyo"])
def test_a_source_with_its_own_zone(tmp_path: Path, timezone: str) -> None:
    result = take(tmp_path, [row(started_at="2026-11-21 10:00:00.250")], timezone=timezone)
    ahead = {"UTC": 8, "Asia/Tokyo": -1}[timezone]
    assert written(result)[0]["started_at"] == datetime(2026, 11, 21, 10 + ahead, 0, 0, 250_000)


def test_a_source_with_its_own_codes(tmp_path: Path) -> None:
    own = {"direction": {"1": "归集"}, "status": {"0": "成功"}}
    result = take(tmp_path, [row(direction="1", status="0")], own_codes=own)
    assert (written(result)[0]["direction"], written(result)[0]["status"]) == ("归集", "成功")


def test_a_form_that_comes_late_in_a_long_log(tmp_path: Path) -> None:
    rows = [row(f"B{number}") for number in range(25_000)]
    rows += [row(" B-late ", row_count="1,200", direction=" SUPPLY", finished_at="2026年11月21日")]
    last = written(take(tmp_path, rows))[-1]
    assert last["batch_id"] == "B-late"
    assert (last["row_count"], last["direction"]) == (1200, "归集")
    assert last["finished_at"] == datetime(2026, 11, 21)
    assert last["unread"] is None


def test_what_is_not_understood_stays_visible(tmp_path: Path) -> None:
    result = take(tmp_path, [row(direction="2", row_count="约10", finished_at="昨天")])
    assert written(result)[0]["unread"] == (
        '{"direction":"2","finished_at":"昨天","row_count":"约10"}'
    )
    assert result.counts["unreadable_row_count"] == 1
    assert result.counts["unknown_direction"] == 1


def test_counts_are_of_rows_in_force(tmp_path: Path) -> None:
    backwards = row("B1", finished_at="2026-11-21 09:00:00", row_count="0")
    result = take(tmp_path, [backwards, backwards, row("B2", started_at="", finished_at="")])
    assert result.counts["finished_before_started"] == 1
    assert result.counts["success_without_rows"] == 1
    assert result.counts["no_time"] == 1


def test_the_last_hash_is_the_latest_and_of_equals_the_last_received(tmp_path: Path) -> None:
    rows = [
        row("B1", content_hash="early", finished_at="2026-11-21 09:00:00"),
        row("B2", content_hash="one"), row("B3", content_hash="two"),
        row("B4", content_hash="failed", status="失败", finished_at="2026-11-21 23:00:00"),
    ]  # fmt: skip
    assert pq.read_table(take(tmp_path, rows).daily)["last_hash"].to_pylist() == ["two"]


def test_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    rows = [
        row(f"B{number % 130_000}", resource_id=f"R{number % 97}", content_hash=str(number))
        for number in range(150_000)
    ]
    one = take(tmp_path, rows, "one", resources=Resources(threads=1))
    two = take(tmp_path, rows, "two", resources=Resources(threads=2))
    assert one.duplicate == two.duplicate == 20_000
    for first, second in ((one.log, two.log), (one.daily, two.daily), (one.dropped, two.dropped)):
        assert first is not None and second is not None
        assert first.read_bytes() == second.read_bytes()


def test_daily_of_a_log_without_what_a_later_one_supersedes(tmp_path: Path) -> None:
    first = take(tmp_path, [row("B1", status="执行中", finished_at=""), row("B2")], "first")
    late = [
        row("B1"),
        row("B3", started_at="2026-11-22 00:00:00", finished_at="2026-11-22 00:00:01"),
    ]
    second = take(tmp_path, late, "second", previous=(first.as_previous(),))
    assert pq.read_table(first.daily)["attempts"].to_pylist() == [2]
    kept = LogFile(first.log, (second.supersedes[0][1],))
    result = write_exchange_daily(kept, tmp_path / "daily.parquet")
    assert (result.rows, result.first_day, result.last_day) == (1, DAY, DAY)
    assert pq.read_table(tmp_path / "daily.parquet")["attempts"].to_pylist() == [1]
    result = write_exchange_daily(LogFile(second.log), tmp_path / "later.parquet")
    assert (result.rows, result.first_day, result.last_day) == (2, DAY, DAY + timedelta(days=1))
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set()
