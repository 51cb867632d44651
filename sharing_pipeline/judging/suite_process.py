"""Great Expectations in a process of its own, which imports it while this one does other things.

For a command that somebody waits for: the import takes two of its three seconds, and two cores
share them (docs/architecture.md has the benchmark). A `ProcessPoolExecutor` would leave its worker
behind when the command is killed; the child process of isolation/ ends by itself.
Imports nothing that is slow, so that it can be the first thing that such a command does.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from sharing_pipeline.isolation.child import Child
from sharing_pipeline.judging.suite_run import Outcomes, run_expectations

if TYPE_CHECKING:
    import pandas as pd

    from sharing_pipeline.catalog.suites import Suite


class SuiteProcess:
    """Runs suites as `run_suite` of suite_report.py does; begins to import when it is made."""

    def __init__(self) -> None:
        """Starts the process."""
        self._child = Child()
        self._child.ask(import_gx)
        self._is_ready = False

    def __enter__(self) -> SuiteProcess:
        """Itself, for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process, whatever it does."""
        self._child.end()

    def run(self, suite: Suite, frame: pd.DataFrame) -> Outcomes:
        """What `run_suite` gives. RuntimeError with what was printed: the process is gone."""
        try:
            if not self._is_ready:
                self._child.answer()
                self._is_ready = True
            self._child.ask(run_expectations, suite.name, suite.expectations, frame)
            outcomes: Outcomes = self._child.answer()
        except (EOFError, ConnectionError):
            status, output = self._child.last_output()
            raise RuntimeError(f"suite process ended with status {status}:\n{output}") from None
        return outcomes


def import_gx() -> None:
    """Imports Great Expectations, ahead of the first suite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations  # noqa: F401
