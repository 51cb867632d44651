"""The sandbox: results come back, limits hold, one bad file doesn't hurt the next."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from sharing_pipeline.errors import ConfigurationError, ReadingBug, UnreadableFile
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.settings import Limits

GIB = 1 << 30


def add(one: int, other: int) -> int:
    return one + other


def process_id() -> int:
    return os.getpid()


def table(rows: int) -> pa.Table:
    return pa.table({"a": [f"值{i}" for i in range(rows)]})


def refuse(reason: str) -> None:
    raise UnreadableFile(reason)


def misconfigured() -> None:
    raise ConfigurationError("catalog 有误")


def sleep() -> None:
    time.sleep(60)


def allocate(byte_count: int) -> int:
    return len(bytearray(byte_count))


def die(number: int) -> None:
    os.kill(os.getpid(), number)


def writes_too_much() -> None:
    Path("/dev/full").write_text("a")


def writes_too_much_in_sql() -> None:
    # This module is imported by each child, within its time.
    import pyarrow as pa

    from sharing_pipeline.store.engine import write_csv

    write_csv(pa.table({"number": range(100_000)}), Path("/dev/full"))


def has_a_bug() -> float:
    return 1 / 0


def prints() -> str:
    print("noise on standard output")
    return "ok"


def environment() -> dict[str, str]:
    return dict(os.environ)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, memory_bytes=2 * GIB), tmp_path_factory.mktemp("home")) as box:
        yield box


def test_gives_results_of_one_reused_child(sandbox: Sandbox) -> None:
    assert sandbox.run(add, 1, 2) == 3
    assert sandbox.run(prints) == "ok"
    first = sandbox.run(process_id)
    assert first == sandbox.run(process_id) != os.getpid()
    assert sandbox.run(table, 3).to_pydict() == {"a": ["值0", "值1", "值2"]}


def test_failures_of_ours_come_back_and_the_child_stays(sandbox: Sandbox) -> None:
    before = sandbox.run(process_id)
    with pytest.raises(UnreadableFile, match="文件是空的"):
        sandbox.run(refuse, "文件是空的")
    with pytest.raises(ConfigurationError, match="catalog 有误"):
        sandbox.run(misconfigured)
    assert sandbox.run(process_id) == before


def test_too_much_memory_is_an_unreadable_file(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile, match="2 GiB 内存上限"):
        sandbox.run(allocate, 3 * GIB)
    assert sandbox.run(allocate, 1000) == 1000


def test_a_killed_child_is_an_unreadable_file(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile, match="文件结构损坏"):
        sandbox.run(die, signal.SIGSEGV)
    with pytest.raises(UnreadableFile, match="内存"):
        sandbox.run(die, signal.SIGKILL)
    assert sandbox.run(add, 2, 2) == 4


def test_a_timeout_is_an_unreadable_file() -> None:
    with Sandbox(Limits(seconds=1)) as box:
        with pytest.raises(UnreadableFile, match="1 秒的时间上限"):
            box.run(sleep)
        assert box.run(add, 1, 1, seconds=60) == 2


def test_a_bug_is_not_a_bad_file(sandbox: Sandbox) -> None:
    with pytest.raises(ReadingBug, match="发给维护人员") as caught:
        sandbox.run(has_a_bug)
    assert "ZeroDivisionError" in caught.value.details
    assert sandbox.run(add, 1, 1) == 2


@pytest.mark.parametrize("fills", ["writes_too_much", "writes_too_much_in_sql"])
def test_a_full_disk_is_no_bug_and_no_bad_file(sandbox: Sandbox, fills: str) -> None:
    with pytest.raises(OSError, match="No space left on device") as caught:
        sandbox.run(globals()[fills])
    assert caught.value.errno == errno.ENOSPC
    assert sandbox.run(add, 1, 1) == 2


def test_the_child_sees_no_secrets(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "x")
    sandbox.close()
    assert "DATABASE_PASSWORD" not in sandbox.run(environment)
