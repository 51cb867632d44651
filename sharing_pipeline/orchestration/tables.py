"""What every asset is for the screen, and from which assets it is made.

Which asset stands in which layer is on the page of definitions.py; the facts are what the
datasets' contracts declare.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.datasets import exported, suites

_DESCRIPTIONS = {
    "submission": "报送登记：每个文件的每个数据集读入、接收、重复、退回各多少行",
    "quarantine": "退回的行：在哪里、为什么、怎么改",
    "assessment": "评定明细：每个对象一个结果、一个原因，所有数字都从这里数出来",
    "scoreboard": "三率：各机构、地区、级别和全市",
    "issue": "问题清单：哪里没达到、怎么办、找谁",
    "mart": "供 BI 工具读取的 DuckDB 文件",
    "page": "首页：三率、排名、口径、缺报与过期",
}

_MADE_FROM = {
    "submission": [],
    "quarantine": [],
    "assessment": [
        "organisation", "catalogue", "resource", "demand", "exemption", "exchange_daily",
    ],
    "scoreboard": ["assessment", "organisation", "catalogue"],
    "page": ["scoreboard", "assessment", "organisation", "catalogue", "submission"],
}  # fmt: skip


def descriptions(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """What every asset is."""
    facts = {
        suite: contracts[dataset].traits.in_force for suite, dataset in suites(contracts).items()
    }
    return facts | _DESCRIPTIONS


def made_from(contracts: Mapping[str, Contract]) -> dict[str, list[str]]:
    """From which assets every asset is made on a day.

    What arrives is no asset, and a table's own earlier nights aren't named.
    tests/orchestration/test_lineage.py holds this to what the steps really read.
    """
    facts = {suite: ["submission"] for suite in suites(contracts)}
    issue = ["assessment", "quarantine", "submission", *facts]
    mart = ["scoreboard", "issue", "assessment", *exported(contracts)]
    return {**facts, **_MADE_FROM, "issue": issue, "mart": mart}
