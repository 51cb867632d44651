"""What every asset is for the screen, and from which assets it is made.

Which asset stands in which layer is on the page of definitions.py. That `MADE_FROM` is what the
steps really read is held by tests/orchestration/test_lineage.py.
"""

DESCRIPTIONS = {
    "submission": "报送登记：每个文件的每个数据集读入、接收、重复、退回各多少行",
    "quarantine": "退回的行：在哪里、为什么、怎么改",
    "organisation": "机构清单：级别、地区、上下级、承接关系",
    "catalogue": "业务日有效的目录，一行一条",
    "resource": "业务日有效的挂载资源",
    "field": "业务日有效的信息项",
    "demand": "供需对接清单，一行一项需求",
    "exemption": "免考核清单",
    "exchange_daily": "交换日志按日汇总：每个资源每天成功、失败、行数",
    "assessment": "评定明细：每个对象一个结果、一个原因，所有数字都从这里数出来",
    "scoreboard": "三率：各机构、地区、级别和全市",
    "issue": "问题清单：哪里没达到、怎么办、找谁",
    "mart": "供 BI 工具读取的 DuckDB 文件",
    "page": "首页：三率、排名、口径、缺报与过期",
}

MADE_FROM = {
    "submission": [],
    "quarantine": ["submission"],
    "organisation": ["submission"],
    "catalogue": ["submission", "organisation"],
    "resource": ["submission", "catalogue"],
    "field": ["submission", "catalogue"],
    "demand": ["submission", "organisation"],
    "exemption": ["submission"],
    "exchange_daily": ["submission"],
    "assessment": [
        "catalogue", "resource", "demand", "exemption", "exchange_daily", "organisation",
    ],
    "scoreboard": ["assessment", "organisation"],
    "issue": ["assessment", "quarantine"],
    "mart": ["scoreboard", "issue"],
    "page": ["scoreboard", "issue"],
}  # fmt: skip
