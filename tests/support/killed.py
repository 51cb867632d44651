"""A nightly run in a process of its own, which stops at a step and can be killed there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from sharing_pipeline.settings import PROJECT, Settings

NIGHT_THAT_STOPS = """
import sys, time
from datetime import date
from sharing_pipeline.launch import run_nightly
from sharing_pipeline.settings import Settings

def stop(step, _done, _total):
    if step == sys.argv[3]:
        print("stopped", flush=True)
        time.sleep(600)

settings = Settings.read(sys.argv[1], sys.argv[2])
run_nightly(settings, date(2026, 11, 22), progress=stop)
"""


def stopped_night(settings: Settings, step: str) -> subprocess.Popen[str]:
    """A nightly run in a process of its own that has stopped at a step."""
    arguments = [str(settings.home), str(settings.catalog), step]
    variables = {"PYTHONPATH": str(PROJECT), "SHARING_LEDGER_URL": settings.ledger_url}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", NIGHT_THAT_STOPS, *arguments],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **variables},
    )  # fmt: skip
    assert process.stdout and process.stdout.readline() == "stopped\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout
    process.stdout.close()
