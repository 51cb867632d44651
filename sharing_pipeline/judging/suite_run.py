"""Expectations run by Great Expectations on a frame.

Imports nothing else that is slow, so that a process for it is ready early. What is made of the
outcomes is in suite_report.py. Great Expectations takes seconds to import, so it is imported where
the first suite is run.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sharing_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

Outcomes = dict[str, tuple[int, list[Any]]]
"""Rule → cells judged and the index of each failed row."""


def run_expectations(
    name: str, expectations: Sequence[dict[str, Any]], frame: pd.DataFrame
) -> Outcomes:
    """What Great Expectations finds in the columns that the expectations mention.

    `name`: what they are called together. ConfigurationError: one can't be evaluated.
    """
    with warnings.catch_warnings():
        # GX and what it imports warn about their own future, which is no news for our users.
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from great_expectations.core import ExpectationSuite
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        built = ExpectationSuite(name=name, expectations=_built(name, expectations))
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        report = batch.validate(built, result_format={"result_format": "COMPLETE"})
    # GX gives its results in an order of its own; meta comes back with each.
    return {rule: _outcome(name, rule, result) for rule, result in _by_rule(report.results)}


def _built(name: str, expectations: Sequence[dict[str, Any]]) -> list[Expectation]:
    """GX's own objects, made one by one: a suite would log a wrong one and go on without it."""
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    built = []
    for expectation in expectations:
        try:
            built.append(ExpectationConfiguration(**expectation).to_domain_obj())
        except (GreatExpectationsError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"期望套件 {name} 的 {expectation['meta']['rule']} 不合 GX 的写法：{error}"
            ) from error
    return built


def _by_rule(
    results: list[ExpectationValidationResult],
) -> Iterator[tuple[str, ExpectationValidationResult]]:
    for result in results:
        assert result.expectation_config is not None  # only hand-made results have none
        yield result.expectation_config.meta["rule"], result


def _outcome(
    name: str, rule: str, validation: ExpectationValidationResult
) -> tuple[int, list[Any]]:
    """Cells judged and the index of failed rows; an exception inside GX becomes ours."""
    info = validation.exception_info
    for raised in [info] if "raised_exception" in info else info.values():
        if raised["raised_exception"]:
            raise ConfigurationError(
                f"期望套件 {name} 的 {rule} 没法执行：{raised['exception_message']}。"
                "请检查它用到的列和条件。"
            )
    if "unexpected_index_list" not in validation.result:
        raise ConfigurationError(
            f"期望套件 {name} 的 {rule} 不逐行判断，说不出是哪一行。请换成逐行的期望。"
        )
    found = validation.result
    return found["element_count"] - found.get("missing_count", 0), found["unexpected_index_list"]
