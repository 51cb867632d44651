"""Great Expectations without what our suites never use, which is most of its import.

What is left out is only ever listed or offered by GX. How suites are run is in expectations.py.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sharing_pipeline.intake.late_imports import hidden, left_for_later, left_out, load_after_all

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
_ACTIONS = "great_expectations.checkpoint.actions"
"""Whom GX could tell of its results, by mail or chat."""
_EXPECTATIONS = "great_expectations.expectations.core"
"""Where each expectation has a module of its name, with models and texts of its own."""


def warm_up() -> None:
    """Imports Great Expectations, ahead of the first suite: that takes half a second, and would
    take two."""
    empty = (*_OTHER_SOURCES, _ACTIONS, *_expectations())
    with quiet(), left_for_later(*_UNUSED), left_out(*empty), hidden(*_MISSABLE):
        importlib.import_module("great_expectations")


def load_expectation(kind: str) -> None:
    """Loads what one type of expectation needs; nothing for one that GX doesn't have."""
    with hidden(*_MISSABLE):
        load_after_all(f"{_EXPECTATIONS}.{kind}")


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
