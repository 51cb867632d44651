"""Great Expectations in a process of its own, which imports it while this one does other things.

For a command that somebody waits for: the import alone takes a second, and two cores share it.
Imports nothing that is slow, so that it can be the first thing that such a command does.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from sharing_pipeline.isolation.child import Child
from sharing_pipeline.judging.lean_gx import warm_up
from sharing_pipeline.judging.suite_run import Outcomes, run_expectations

if TYPE_CHECKING:
    import pandas as pd

    from sharing_pipeline.catalog.suites import Suite


class SuiteProcess:
    """Runs suites as `run_suite` of suite_report.py does; begins to import when it is made."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Starts it. `meanwhile` is called while the first suite runs, which takes a while."""
        self._meanwhile = meanwhile
        self._child = Child()
        self._child.ask(_get_ready)
        self._is_warm = False

    def __enter__(self) -> SuiteProcess:
        """Itself, for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it, whatever it does."""
        self._child.end()

    def run(self, suite: Suite, frame: pd.DataFrame) -> Outcomes:
        """What `run_suite` gives. RuntimeError with what was printed: the process is gone."""
        try:
            is_first, self._is_warm = not self._is_warm, True
            if is_first:
                self._child.answer()
            self._child.ask(run_expectations, suite.name, suite.expectations, frame)
            if is_first:
                self._meanwhile()
            outcomes: Outcomes = self._child.answer()
        except (EOFError, ConnectionError):
            status, said = self._child.last_words()
            raise RuntimeError(f"suite process ended with status {status}:\n{said}") from None
        return outcomes


def _get_ready() -> None:
    warm_up()
    gc.freeze()  # the collection after each answer need not look at modules
