"""The suites in a process of their own: the same outcomes and errors, no process left over, and
nothing asked of the network, which offices don't have."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.judging.suite_columns import with_suite_columns
from sharing_pipeline.judging.suite_process import SuiteProcess
from sharing_pipeline.judging.suite_report import load_suite, run_suite
from sharing_pipeline.settings import PROJECT
from tests.support.broken_rows import SOUND
from tests.support.suite_frames import FOLDER, METHODS, ORGANISATIONS, broken, frame_of


@pytest.fixture
def process() -> Iterator[SuiteProcess]:
    with SuiteProcess() as process:
        yield process


def test_what_it_finds_is_what_the_suite_finds_here(process: SuiteProcess) -> None:
    for dataset in ("field", "organisation"):
        suite = load_suite(dataset, FOLDER)
        frame = with_suite_columns(
            suite, broken(dataset)[0], organisations=ORGANISATIONS, sharing_methods=METHODS
        )
        found = process.run(suite, frame)
        assert found == run_suite(suite, frame)
        assert any(failed for _, failed in found.values())


def test_a_fault_of_a_suite_comes_back(process: SuiteProcess) -> None:
    suite = load_suite("field", FOLDER)
    frame = frame_of("field", [SOUND["field"]])
    with pytest.raises(ConfigurationError, match="field_length_unread"):
        process.run(suite, frame.drop(columns="length__unread"))
    assert process.run(suite, frame)


def test_a_bug_shows_what_the_process_printed(process: SuiteProcess) -> None:
    suite = replace(load_suite("field", FOLDER), expectations=({"of": "no kind"},))
    with pytest.raises(RuntimeError, match=r"status 1:(.|\n)*KeyError"):
        process.run(suite, frame_of("field", [SOUND["field"]]))


def test_it_ends_with_the_command_that_was_killed() -> None:
    script = (
        "import os, time\n"
        "from sharing_pipeline.judging.suite_process import SuiteProcess\n"
        "with SuiteProcess() as process:\n"
        "    print(process._child._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    child = int(command.stdout.readline())
    command.send_signal(signal.SIGKILL)
    command.wait()
    command.stdout.close()
    assert _ends(child)


def _ends(process: int) -> bool:
    """Whether a process is gone, or only its parent hasn't asked for it. Two minutes at most: it
    notices the end of its parent after the import that it is busy with."""
    descriptor = os.pidfd_open(process)
    try:
        return bool(select.select([descriptor], [], [], 120)[0])
    finally:
        os.close(descriptor)


def test_no_suite_asks_the_network() -> None:
    script = (
        "import sys\n"
        "asked = []\n"
        "def note(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'):\n"
        "        asked.append((event, arguments))\n"
        "sys.addaudithook(note)\n"
        "from sharing_pipeline.judging.suite_report import load_suite, run_suite\n"
        "from tests.support.broken_rows import SOUND\n"
        "from tests.support.suite_frames import FOLDER, frame_of\n"
        "assert run_suite(load_suite('field', FOLDER), frame_of('field', [SOUND['field']]))\n"
        "print(asked)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT)
    assert done.stdout == "[]\n"
