"""Great Expectations without what our suites never use, which is most of its import, and without
asking itself the same thing a hundred times.

What is left out is only ever listed or offered by GX. How suites are run is in suite_run.py.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharing_pipeline.isolation.late_imports import hidden, left_for_later, left_out, load_after_all

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_UNUSED = ("altair", "scipy.stats", "jsonschema", "mistune")
"""What GX imports to draw charts, fit distributions, look into JSON and write pages."""
_MISSABLE = ("sqlalchemy",)
"""What GX does without where it isn't installed."""
_OTHER_SOURCES = tuple(
    f"great_expectations.datasource.fluent.{name}_datasource"
    for name in (
        "alloy", "aurora", "bigquery", "citus", "databricks_sql", "fabric", "neon", "postgres",
        "redshift", "snowflake", "sql", "sql_server", "sqlite", "pandas_azure_blob_storage",
        "pandas_dbfs", "pandas_file_path", "pandas_filesystem", "pandas_google_cloud_storage",
        "pandas_s3", "spark", "spark_azure_blob_storage", "spark_dbfs", "spark_file_path",
        "spark_filesystem", "spark_google_cloud_storage", "spark_s3",
    )
)  # fmt: skip
"""Where else GX could read rows from; it makes a hundred models of files and tables for them.
Ours come as frames."""
_FILES_OF_PANDAS = "great_expectations.datasource.fluent.dynamic_pandas"
"""Has a function that GX calls at its import for a dict of models, one for each way in which pandas
reads files."""
_OUTWARDS = tuple(
    f"great_expectations.{name}"
    for name in (
        "checkpoint.actions", "core.http", "data_context._version_checker",
        "data_context.store.gx_cloud_store_backend",
        "experimental.metric_repository.cloud_data_store", "render.view",
    )
)  # fmt: skip
"""Whom GX could tell of its results: by mail or chat, on pages, or over the network, which offices
don't have."""
_EXPECTATIONS = "great_expectations.expectations.core"
"""Where each expectation has a module of its name, with models and texts of its own."""


def warm_up() -> None:
    """Imports Great Expectations, ahead of the first suite: that takes half a second, and would
    take two."""
    empty = (*_OTHER_SOURCES, _FILES_OF_PANDAS, *_OUTWARDS, *_expectations())
    with quiet(), left_for_later(*_UNUSED), left_out(*empty), hidden(*_MISSABLE):
        importlib.import_module("great_expectations")


def load_expectation(kind: str) -> None:
    """Loads what one type of expectation needs; nothing for one that GX doesn't have."""
    with hidden(*_MISSABLE):
        load_after_all(f"{_EXPECTATIONS}.{kind}")


@contextmanager
def configured_once() -> Iterator[None]:
    """While this lasts, an expectation makes its configuration once. GX asks each for it a hundred
    times in a run and makes all of it anew, a third of a small table's time; nothing changes it."""
    from great_expectations.expectations.expectation import Expectation

    owner: Any = Expectation  # GX declares a property, which nobody is to set
    anew = owner.__dict__["configuration"]
    made: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def configuration(expectation: Expectation) -> ExpectationConfiguration:
        if id(expectation) not in made:  # held, so that no other gets its id
            made[id(expectation)] = expectation, anew.__get__(expectation)
        return made[id(expectation)][1]

    owner.configuration = property(configuration)
    try:
        yield
    finally:
        owner.configuration = anew


@contextmanager
def quiet() -> Iterator[None]:
    """GX and what it imports warn about their own future; none of it is news for our users."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _expectations() -> Iterator[str]:
    """The modules of all expectations."""
    gx = importlib.util.find_spec("great_expectations")
    for folder in (gx.submodule_search_locations or ()) if gx else ():
        for path in Path(folder, "expectations", "core").glob("expect_*.py"):
            yield f"{_EXPECTATIONS}.{path.stem}"
