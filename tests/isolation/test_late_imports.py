"""Modules left for later: noted at their import, loaded at their first use."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from sharing_pipeline.isolation.late_imports import (
    hidden,
    left_for_later,
    left_out,
    load_after_all,
)
from sharing_pipeline.isolation.lean_arrow import load_without_pandas, remember_pandas
from sharing_pipeline.isolation.sandbox import Sandbox
from sharing_pipeline.judging.suite_process import SuiteProcess
from sharing_pipeline.judging.suite_report import load_suite
from sharing_pipeline.logs.log_reading import LogRequest, take_log
from sharing_pipeline.logs.log_source import LogSource
from sharing_pipeline.sheets.tables import read_tables
from tests.isolation.test_sandbox import is_loaded
from tests.support.broken_rows import SOUND
from tests.support.exchange_logs import CODES, CONTRACT, as_csv, row
from tests.support.made.reading import CONTRACTS, source
from tests.support.suite_frames import FOLDER, frame_of
from tests.support.workbooks import damaged_workbook


def test_a_module_left_for_later_is_loaded_by_its_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "slow_and_unused.py").write_text("print('loaded')\nANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    with left_for_later("slow_and_unused"):
        import slow_and_unused  # type: ignore[import-not-found]  # made above
    assert sys.meta_path == before
    assert capsys.readouterr().out == ""
    assert slow_and_unused.ANSWER == 42
    assert capsys.readouterr().out == "loaded\n"
    monkeypatch.delitem(sys.modules, "slow_and_unused")


def test_a_module_left_out_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_and_listed.py").write_text("raise AssertionError('loaded')\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.meta_path)
    with left_out("slow_and_listed"):
        from slow_and_listed import Listed  # type: ignore[import-not-found]  # made above
    assert sys.meta_path == before
    listed = Listed("anything", at=1)
    assert isinstance(listed, Listed)
    assert listed == {}
    monkeypatch.delitem(sys.modules, "slow_and_listed")


def test_a_module_left_out_is_loaded_after_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_and_wanted.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    with left_out("slow_and_wanted"):
        import slow_and_wanted  # type: ignore[import-not-found]  # made above
    assert slow_and_wanted.ANSWER != 42
    load_after_all("slow_and_wanted")
    assert sys.modules["slow_and_wanted"].ANSWER == 42
    loaded = sys.modules["slow_and_wanted"]
    load_after_all("slow_and_wanted")
    assert sys.modules["slow_and_wanted"] is loaded
    load_after_all("nothing_of_that_name")
    monkeypatch.delitem(sys.modules, "slow_and_wanted")


def test_a_hidden_module_is_as_if_it_were_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loaded_before.py").write_text("")
    (tmp_path / "slow_and_missable.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    import loaded_before  # type: ignore[import-not-found]  # made above

    with hidden("slow_and_missable", "loaded_before"):
        with pytest.raises(ModuleNotFoundError, match="slow_and_missable"):
            import slow_and_missable  # type: ignore[import-not-found]  # made above
        assert importlib.import_module("loaded_before") is loaded_before
    import slow_and_missable

    assert slow_and_missable.ANSWER == 42
    for name in ("loaded_before", "slow_and_missable"):
        monkeypatch.delitem(sys.modules, name)


def test_a_reading_child_does_without_pandas_until_there_are_frames(tmp_path: Path) -> None:
    file = damaged_workbook(tmp_path / "a.xlsx")
    with Sandbox(home=tmp_path) as box:
        box.start(load_without_pandas, read_tables.__module__)
        [table] = box.run(read_tables, file, file.name, source(), CONTRACTS).tables
        assert table.frame.num_rows == 8
        assert not box.run(is_loaded, "pandas")
        assert box.run(array_of_a_series) == ["a", None]


@pytest.mark.parametrize(
    ("started", "needs_pandas"), [("2026-11-21 10:00:00", False), ("2026年11月21日 10:00:00", True)]
)
def test_the_child_for_logs_loads_pandas_where_sql_reads_not_all(
    tmp_path: Path, started: str, needs_pandas: bool
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(as_csv([row(started_at=started)]), encoding="utf-8")
    mapping = {name: name for name in CONTRACT.names}
    request = LogRequest(LogSource(log, mapping), tmp_path / "log.parquet", CONTRACT, CODES)
    with Sandbox(home=tmp_path) as box:
        box.start(load_without_pandas, take_log.__module__)
        assert box.run(take_log, request).counts["unreadable_started_at"] == 0
        assert box.run(is_loaded, "pandas") == needs_pandas


def array_of_a_series() -> list[str | None]:
    """What Arrow makes of a column of pandas'; its empty cell would be a float."""
    import pandas as pd

    remember_pandas()
    found: list[str | None] = pa.array(pd.Series(["a", None], dtype="str")).to_pylist()
    return found


def test_the_process_of_the_suites_does_without_sqlalchemy() -> None:
    with SuiteProcess() as process:
        frame = frame_of("field", [SOUND["field"]])
        assert process.run(load_suite("field", FOLDER), frame)
        process._child.ask(is_loaded, "sqlalchemy")
        assert process._child.answer() is False


def test_the_suites_never_load_what_they_do_not_use(tmp_path: Path) -> None:
    """Together they cost Great Expectations' import more than two seconds."""
    script = (
        "import sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from sharing_pipeline.check.checking import check_files\n"
        "from sharing_pipeline.settings import SHANGHAI, Settings\n"
        "now = datetime(2026, 11, 23, tzinfo=SHANGHAI)\n"
        "home, file = map(Path, sys.argv[1:])\n"
        "from sharing_pipeline.isolation.sandbox import Sandbox\n"
        "with Sandbox() as sandbox:\n"
        "    check_files(Settings(home=home), [file], sandbox=sandbox, clock=lambda: now)\n"
        "costly = ['scipy.stats._stats_py', 'altair.vegalite',\n"
        "    'great_expectations.datasource.fluent.data_asset.path.spark.csv_asset',\n"
        "    'jsonschema.validators', 'mistune.core', 'requests', 'jinja2']\n"
        "print([name for name in costly if name in sys.modules])\n"
        "from great_expectations.datasource.fluent import pandas_datasource\n"
        "print(pandas_datasource._PANDAS_ASSET_MODELS)\n"
    )
    file = damaged_workbook(tmp_path / "a.xlsx")
    command = [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / "home"), str(file)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n{}\n"
