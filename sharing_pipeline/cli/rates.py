"""The table of the three rates, as several commands show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sharing_pipeline.cli.screen import percent, table

if TYPE_CHECKING:
    from sharing_pipeline.published.tables import Published


def print_rates(whole: Sequence[dict[str, Any]]) -> None:
    """The table of rates of one scope, one line per definition."""
    from sharing_pipeline.assessment.indicators import INDICATORS

    rows = [
        (
            INDICATORS[row["indicator"]].title, percent(row["rate_display"]),
            f"{row['target_percent']}%",
            "达标" if row["attained"] else "未达标", row["numerator"], row["denominator"],
            row["excluded"], row["shortfall"], row["change_from_previous_night"],
            row["definition"], row["revision"],
        )
        for row in sorted(whole, key=lambda row: list(INDICATORS).index(row["indicator"]))
    ]  # fmt: skip
    headers = (
        "指标", "比率", "目标", "达标", "分子", "分母", "不计入", "差几项", "比前一日",
        "口径", "版次",
    )  # fmt: skip
    table(headers, rows)


def say_if_sample(published: Published, day: date, *, err: bool = False) -> None:
    """Says that a night's figures are of sample data, if any of its entries is."""
    say_nature(published.nature("scoreboard", day), err=err)


def say_nature(nature: str, *, err: bool = False) -> None:
    """Says what Published.nature says, if anything."""
    if nature:
        click.echo(nature, err=err)
