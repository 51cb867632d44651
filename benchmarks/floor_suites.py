"""Measures Great Expectations alone: its import, and the night's suites on the night's frames.

benchmarks.frames has kept the frames that intake gave it.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import yaml


def run_suites(frames: Path, expectations: Path) -> int:
    """Runs each frame's suite; gives the number of cells that failed."""
    warnings.simplefilter("ignore")
    import great_expectations as gx
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("frames")
    failed = 0
    for path in sorted(frames.glob("*.pickle")):
        listed = yaml.safe_load((expectations / f"{path.stem}.yaml").read_text(encoding="utf-8"))
        expectations_ = [
            ExpectationConfiguration(**expectation).to_domain_obj()
            for expectation in listed["expectations"]
        ]
        asset = source.add_dataframe_asset(path.stem)
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch(
            {"dataframe": pd.read_pickle(path)}
        )
        report = batch.validate(
            ExpectationSuite(name=path.stem, expectations=expectations_),
            result_format={"result_format": "COMPLETE"},
        )
        failed += sum(result.result["unexpected_count"] for result in report.results)
    return failed
