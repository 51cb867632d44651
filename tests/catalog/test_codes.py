"""The label table of inputs.md §3 word by word, and what must never be guessed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sharing_pipeline.catalog.codes import clean, load_codes
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.reasons import load_texts
from sharing_pipeline.catalog.rules import load_rules
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT

CATALOG = PROJECT / "catalog"
CODES = load_codes(CATALOG)
CYCLE = CODES["update_cycle"]

CYCLE_LABELS = {
    "每旬": "每旬 旬 十日 每十日 P10D",
    "每两周": "每两周 两周 双周 biweekly P2W",
    "每四周": "每四周 四周 P4W",
    "每日": "每日 每天 日 daily P1D R/P1D",
    "每周": "每周 周 weekly P1W P7D R/P1W",
    "每半月": "每半月 半月 P15D",
    "每月": "每月 月 月度 每月度 monthly P1M R/P1M",
    "每两月": "每两月 两月 P2M",
    "每季度": "每季度 每季 季度 季 quarterly P3M R/P3M",
    "每半年": "每半年 半年 半年度 P6M R/P6M",
    "每年": "每年 年 年度 每年度 annual annually yearly P1Y P12M R/P1Y",
    "每两年": "每两年 两年 biennial P2Y",
    "每三年": "每三年 三年 P3Y",
    "每四年": "每四年 四年 P4Y",
    "实时": "实时 即时 小时级 分钟级 每小时 real-time realtime continual continuous PT1S PT1M PT1H",
    "不定期": "不定期 不定时 按需 irregular as_needed",
    "一次性/不更新": "一次性 不更新 静态 静态数据 一次性/不更新 not_planned never archived",
    "其他": "其他 自定义 other",
}
PAIRS = [(label, value) for value, labels in CYCLE_LABELS.items() for label in labels.split()]


@pytest.mark.parametrize(("label", "value"), PAIRS)
def test_every_cycle_label_of_the_specification(label: str, value: str) -> None:
    assert CYCLE.read(label) == value
    assert CYCLE.read(label.upper()) == value
    assert CYCLE.read(f" {label}\u3000更新") == value
    assert CYCLE.read(f"{label}（更新说明：每月5日前）") == value


@pytest.mark.parametrize(
    ("label", "value"), [pair for pair in PAIRS if pair[0].startswith(("P", "R/P"))]
)
def test_any_iso_repeat_may_carry_its_repetition(label: str, value: str) -> None:
    duration = label.removeprefix("R/")
    assert CYCLE.read(f"R/{duration}") == value
    assert CYCLE.read(f"R12/{duration}") == value
    assert CYCLE.read(f"r/{duration.lower()}") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("每　月", "每月"),
        ("每月", "每月"),
        ("\u200b每月\ufeff", "每月"),
        ("每\u00a0年", "每年"),
        ("實時", "实时"),
        ("每季度更新", "每季度"),
        ("Ｐ１Ｍ", "每月"),
        ("As Needed", "不定期"),
        ("不定期更新(按需)", "不定期"),
        ("两周一次", "每两周"),
        ("每两周更新一次", "每两周"),
        ("每月1次", "每月"),
        ("一年一次", "每年"),
        ("一季度一次", "每季度"),
        ("一次", None),
        ("每周两次", None),
        ("一月", None),
        ("季報", "每季度"),
        ("月报", "每月"),
        ("年報", "每年"),
        ("每工作日", "每日"),
        ("每个工作日", "每日"),
        ("每星期", "每周"),
        ("每十天", "每旬"),
        ("每2个月", "每两月"),
        ("每三个月", "每季度"),
        ("不再更新", "一次性/不更新"),
    ],
)
def test_written_otherwise(text: str, value: str | None) -> None:
    assert CYCLE.read(text) == value


@pytest.mark.parametrize(
    "text",
    ["1", "07", "１", "", "更新", "bi-annual", "biannual", "bi-annually", "semi", "R/", "R/P9D",
     "(每月)", "隔三差五", "Approximately Monthly", "每月或每年", "每月("],
)  # fmt: skip
def test_not_understood_is_never_guessed(text: str) -> None:
    assert CYCLE.read(text) is None


@pytest.mark.parametrize(
    ("table", "text", "value"),
    [
        ("sharing_type", "无条件共享类", "无条件共享"),
        ("sharing_type", "依申请共享", "有条件共享"),
        ("sharing_type", "非共享", "不予共享"),
        ("publish_status", "已上线", "已发布"),
        ("publish_status", "已下架", "已下线"),
        ("publish_status", "驳回", "已退回"),
        ("mount_status", "已掛接", "已挂载"),
        ("mount_status", "未挂接", "未挂载"),
        ("mount_status", "待审核", None),
        ("resource_status", "在用", "正常"),
        ("resource_status", "已停用", "停用"),
        ("exchange_status", "交换成功", "成功"),
        ("direction", "汇聚", "归集"),
        ("decision", "不同意", "不予提供"),
    ],
)
def test_everyday_words_of_the_other_tables(table: str, text: str, value: str | None) -> None:
    assert CODES[table].read(text) == value


def test_a_note_in_brackets_is_kept_apart() -> None:
    assert CYCLE.read_with_note("每月(更新说明:每月5日)") == ("每月", "更新说明:每月5日")
    assert CYCLE.read_with_note("每月（节假日除外）") == ("每月", "节假日除外")
    assert CYCLE.read_with_note("每月") == ("每月", None)
    assert CYCLE.read_with_note("隔日(说明)") == (None, None)


def test_only_tables_that_allow_notes_cut_them_off() -> None:
    assert CODES["mount_status"].read("已挂载(已取消)") is None


def test_the_sources_own_codes_go_first_and_only_for_that_source() -> None:
    own = {"1": "不定时", "02": "每日", "每年": "每月"}
    assert CYCLE.read("1", own) == "不定期"
    assert CYCLE.read("１", own) == "不定期"
    assert CYCLE.read("02", own) == "每日"
    assert CYCLE.read("2", own) is None
    assert CYCLE.read("每年", own) == "每月"
    assert CYCLE.read("每周", own) == "每周"


def test_own_code_for_a_value_that_does_not_exist() -> None:
    with pytest.raises(ConfigurationError, match="隔日"):
        CYCLE.read("3", {"3": "隔日"})


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_table_reads_its_own_values_and_labels(name: str) -> None:
    table = CODES[name]
    assert [table.read(value) for value in table.values] == list(table.values)
    assert set(table.labels.values()) == set(table.values)


def test_every_label_column_has_its_table() -> None:
    contracts = load_contracts(CATALOG).values()
    named = {column.codes for contract in contracts for column in contract.columns if column.codes}
    assert named == set(CODES)


def test_every_cycle_with_an_obligation_says_how_long_it_is() -> None:
    free = {value for value in CYCLE.values if not CYCLE.details[value]}
    assert free == {"不定期", "一次性/不更新", "其他"}
    assert CYCLE.details["每季度"] == {"months": 3}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("上饶市公安局", "上饒市公安局 "),
        ("ＡＰＩ接口", "api 接口"),
        ("数据局（市）", "数据局(市)"),
        ("大数据\u200d中心", "大数据中心"),
        ("发\u202e改委", "发改委"),
        ("soft\u00adhyphen", "SoftHyphen"),
    ],
)
def test_clean_makes_equal(left: str, right: str) -> None:
    assert clean(left) == clean(right)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("{甲: {labels: [x]}, 乙: {labels: [Ｘ]}}", "只能归其中一个"),
        ("{甲: {labels: ['1']}}", "代码表"),
        ("{甲: {labels: [no]}}", "引号"),
        ("{甲: {}}", "labels"),
        ("[甲", "不是正确的 YAML|不能用"),
    ],
)
def test_a_broken_table_is_a_clear_error(tmp_path: Path, values: str, says: str) -> None:
    folder = tmp_path / "codes"
    folder.mkdir()
    text = f"code_table: t\ntitle: 表\nvalues: {values}\n"
    (folder / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        load_codes(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("contracts/resource.yaml", "title: 挂载资源", "titel: 挂载", "不认识 titel；可用的有："),
        ("contracts/resource.yaml", "title: 挂载资源", "title: [", "附近：方括号没有收尾"),
        ("contracts/resource.yaml", "type: integer", "type: int", "columns.7.type：只能是 code、"),
        ("contracts/resource.yaml", "title: 数据量, ", "", "columns.7.title：缺少这个键"),
        ("codes/level.yaml", "title: 级别", "titel: 级别", "不认识 titel；可用的有："),
        ("rules.yaml", "severity: critical", "severity: bad", "rules.key_missing.severity：只能是"),
        ("rules.yaml", "severity: critical", "severty: critical", "不认识 severty"),
        ("reasons.yaml", "outcomes:", "outcome:", "不认识 outcome；可用的有："),
        ("reasons.yaml", "outcomes:", "outcomes", "附近："),
    ],
)  # fmt: skip
def test_a_broken_file_of_the_catalog_is_one_sentence_that_says_where(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    catalog = tmp_path / "catalog"
    shutil.copytree(CATALOG, catalog)
    text = (catalog / name).read_text(encoding="utf-8")
    assert old in text
    (catalog / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        for load in (load_contracts, load_codes, load_rules, load_texts):
            load(catalog)
    said = str(caught.value)
    assert says in said
    assert said.count(name) == 1 and said.count("请") == 1
    assert not [word for word in ("argument", "expected", "__init__", "'") if word in said]


def test_a_folder_without_tables_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="catalog"):
        load_codes(tmp_path)
