"""Rules that are SQL stand under warehouse/, and only there; each text says what it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharing_pipeline.settings import PROJECT
from tests.support.warehouse import WarehouseText, warehouse_texts

PACKAGE = PROJECT / "sharing_pipeline"
TEXTS = warehouse_texts()
SQL = re.compile(r"\b(JOIN|WHERE|GROUP BY|ORDER BY|CASE|HAVING|UNION|INSERT INTO|DELETE FROM)\b")
WITH_SQL = {
    "logs/log_types.py": "an expression for each column of a contract, which no text can know",
    "store/engine.py": "tables and files as they are: plain access",
    "store/plain_sql.py": "tables and files as they are: plain access",
}
"""Modules whose strings may hold SQL, and why."""


def named(text: WarehouseText) -> str:
    return text.name


@pytest.mark.parametrize("text", TEXTS, ids=named)
def test_a_header_says_what_a_text_reads_and_yields(text: WarehouseText) -> None:
    starts = [line.split(":")[0] for line in text.header]
    assert "reads" in starts and "yields" in starts, "begin with -- reads: … and -- yields: …"
    assert starts.index("reads") < starts.index("yields")
    assert sorted(text.reads) == text.used, "-- reads: names the tables behind FROM and JOIN"


@pytest.mark.parametrize("text", TEXTS, ids=named)
def test_a_text_lies_in_the_folder_of_a_package_that_runs_it(text: WarehouseText) -> None:
    modules = sorted((PACKAGE / text.package).rglob("*.py"))
    assert any(f'"{text.name}"' in path.read_text(encoding="utf-8") for path in modules)


@pytest.mark.parametrize("text", [text for text in TEXTS if text.package == "logs"], ids=named)
def test_the_texts_of_logs_are_in_the_words_of_more_than_one_engine(text: WarehouseText) -> None:
    assert not re.search(r"\b(QUALIFY|INTERVAL|date_diff|to_days)\b", text.sql)


def test_only_the_store_imports_duckdb() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        if "duckdb" in _imported(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert importing == {"store/engine.py"}, "run a text by Engine, or add a method to it"


def test_rules_in_sql_stand_under_warehouse() -> None:
    found = {
        f"{name}: {text}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if (name := path.relative_to(PACKAGE).as_posix()) not in WITH_SQL
        for text in _strings(path)
        if SQL.search(text)
    }
    assert not found, "put it under warehouse/ and run it by Engine"


def _imported(module: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def _strings(path: Path) -> Iterator[str]:
    """A module's strings, but for those that stand alone: docstrings."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    alone = {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value
