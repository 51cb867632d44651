"""The definitions that ship, what a broken one says, and which one is official on a day."""

from __future__ import annotations

import json
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from sharing_pipeline.assessment.definitions import (
    load_definitions,
    official_on,
    parameters_json,
    pick,
)
from sharing_pipeline.assessment.indicators import INDICATORS
from sharing_pipeline.assessment.mount_rate import MountRateParameters
from sharing_pipeline.errors import ConfigurationError, UsageError
from sharing_pipeline.settings import PROJECT

CATALOG = PROJECT / "catalog"
SHIPPED = load_definitions(CATALOG)
D = date(2026, 11, 22)

MOUNT = """\
id: mount_rate/trial
indicator: mount_rate
title: 试算
policy_clause: 无
effective_from: 2026-01-01
official: false
verified: false
target_percent: 90
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A catalog with what the shipped definitions need, to add to."""
    for folder in ("definitions", "codes"):
        shutil.copytree(CATALOG / folder, tmp_path / folder)
    shutil.copy(CATALOG / "reasons.yaml", tmp_path)
    return tmp_path


def add(catalog: Path, text: str, name: str = "added.yaml") -> Path:
    path = catalog / "definitions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def added(catalog: Path, text: str, of: str = "mount_rate/trial"):
    add(catalog, text)
    return pick(load_definitions(catalog), [of])[0]


def timeliness(parameters: str) -> str:
    head = MOUNT.replace("mount_rate", "update_timeliness")
    return f"{head}parameters: {parameters}\n"


def test_every_indicator_has_an_official_definition_that_ships():
    assert {each.indicator for each in SHIPPED if each.official} == set(INDICATORS)


def test_the_three_targets_of_measure_4_ship():
    names = ("demand_completion/2023-1", "mount_rate/2023-1", "update_timeliness/2023-1")
    for each in pick(SHIPPED, names):
        assert each.official
        assert not each.verified
        assert each.target_text == "90"
        assert each.effective_from == date(2023, 5, 31)
        assert each.effective_to is None
        assert each.policy_clause == "饶府办发〔2023〕4号 措施4"
        assert each.sha256 == sha256(each.path.read_bytes()).hexdigest()


def test_the_indicators_are_named_as_in_the_code_table():
    path = CATALOG / "codes" / "indicator.yaml"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))["values"]
    titles = {indicator.id: indicator.title for indicator in INDICATORS.values()}
    assert {name: each["labels"][0] for name, each in values.items()} == titles


@pytest.mark.parametrize(
    ("written", "text", "fraction"),
    [
        ("90", "90", (90, 1)),
        ("90.0", "90", (90, 1)),
        ("92.5", "92.5", (185, 2)),
        ("'92.50'", "92.5", (185, 2)),
        ("89.996", "89.996", (22499, 250)),
        ("100", "100", (100, 1)),
    ],
)
def test_the_target_is_exact(catalog, written, text, fraction):
    definition = added(catalog, MOUNT.replace("percent: 90", f"percent: {written}"))
    assert definition.target_text == text
    assert (definition.target_numerator, definition.target_denominator) == fraction


def test_a_cycle_that_the_code_table_adds_can_have_a_grace(catalog):
    codes = catalog / "codes" / "update_cycle.yaml"
    text = codes.read_text(encoding="utf-8") + "  每五年: {months: 60, labels: [五年]}\n"
    codes.write_text(text, encoding="utf-8")
    update = added(
        catalog, timeliness("{grace_working_days: {每五年: 4}}"), "update_timeliness/trial"
    )
    assert update.parameters.grace_working_days["每五年"] == 4


def test_parameters_as_json_are_plain_and_complete(catalog):
    window = "{window: {from: 2026-01-01, to: 2026-03-31}, method: periods, period_threshold: 0.75}"
    text = parameters_json(added(catalog, timeliness(window), "update_timeliness/trial"))
    values = json.loads(text)
    assert values["window"] == {"from": "2026-01-01", "to": "2026-03-31"}
    assert values["period_threshold"] == 0.75
    assert list(values) == sorted(values)
    assert "每月" in text


def test_absent_parameters_are_the_defaults(catalog):
    absent = added(catalog, MOUNT)
    assert absent.parameters == MountRateParameters()
    assert absent.note == ""
    null = added(catalog, f"{MOUNT}parameters:\nnote:\neffective_to:\n")
    assert (null.parameters, null.note, null.effective_to) == (MountRateParameters(), "", None)


def test_definitions_in_folders_are_found_too(catalog):
    add(catalog, MOUNT, "trials/one.yaml")
    assert "mount_rate/trial" in {each.id for each in load_definitions(catalog)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{MOUNT}target: 90\n", "不认识 target；可用的有：effective_from、"),
        (
            f"{MOUNT}parameters: {{grace: 1}}\n",
            "parameters：不认识 grace；可用的有：count_not_share",
        ),
        (f"{MOUNT}parameters: [1]\n", "parameters：要写成一组“键: 值”"),
        (
            f"{MOUNT}parameters: {{count_not_shareable: 是}}\n",
            "只能是 true、false（现在写的是 是）",
        ),
        (f"{MOUNT}parameters: {{mount_grace_working_days: 2.5}}\n", "要写整数（现在写的是 2.5）"),
        (f"{MOUNT}parameters: {{mount_grace_working_days: true}}\n", "要写整数（现在写的是 true）"),
        (f"{MOUNT}parameters: {{mount_grace_working_days: '2'}}\n", "要写整数"),
        (f"{MOUNT}parameters: {{mount_grace_working_days: -1}}\n", "不能小于 0"),
        (f"{MOUNT}parameters: {{mount_grace_working_days: }}\n", "要写整数（现在写的是 空）"),
        (MOUNT.replace("title: 试算\n", ""), "title：缺少这个键"),
        (MOUNT.replace("试算", "''"), "title：不能为空"),
        (MOUNT.replace("试算", "2026"), "title：要写文字"),
        (MOUNT.replace("official: false", "official: 0"), "official：只能是 true、false"),
        (MOUNT.replace("2026-01-01", "2026-02-30"), "effective_from：要写成 2026-01-31"),
        (MOUNT.replace("2026-01-01", "2026年1月1日"), "effective_from：要写成 2026-01-31"),
        (MOUNT.replace("2026-01-01", "20260101"), "effective_from：要写成 2026-01-31"),
        (f"{MOUNT}effective_to: 2025-12-31\n", "effective_to（2025-12-31）不能早于"),
        (MOUNT.replace("percent: 90", "percent: 0"), "target_percent：要大于 0"),
        (MOUNT.replace("percent: 90", "percent: 101"), "target_percent：不能大于 100"),
        (MOUNT.replace("percent: 90", "percent: 90%"), "target_percent：要写成 90 或 92.5"),
        (MOUNT.replace("percent: 90", "percent: .nan"), "target_percent：要写成 90 或 92.5"),
        (MOUNT.replace("percent: 90", "percent: 1:30"), "target_percent：要写成 90 或 92.5"),
        (MOUNT.replace("percent: 90", "percent: true"), "target_percent：要写成 90 或 92.5"),
        (
            MOUNT.replace("indicator: mount_rate", "indicator: rate"),
            "indicator：只能是 mount_rate、",
        ),
        (MOUNT.replace("id: mount_rate/", "id: demand_completion/"), "id 要以 mount_rate/ 开头"),
        (MOUNT.replace("id: mount_rate/trial", "id: mount_rate"), "id：要写成“指标/名称”"),
        (MOUNT.replace("id: mount_rate/trial", "id: mount_rate/../x"), "id：要写成“指标/名称”"),
        (f"{MOUNT}title: 又一个\n", "键 title 写了两次"),
        (f"{MOUNT}  broken: [\n", "不是正确的 YAML，第 9 行"),
        ("- 1\n", "内容应是一行行“键: 值”"),
        ("", "id：缺少这个键"),
        (timeliness("{unknown_cycle: skip}"), "parameters.unknown_cycle：只能是 missed、excluded"),
        (timeliness("{evidence: log}"), "exchange_first、exchange_only、declared_only、latest_of_"),
        (timeliness("{grace_working_days: {每天: 1}}"), "没有周期 每天；可用的有：实时、每日"),
        (timeliness("{grace_working_days: {其他: 1}}"), "没有周期 其他"),
        (
            timeliness("{grace_working_days: {每月: 一}}"),
            "parameters.grace_working_days.每月：要写整数",
        ),
        (timeliness("{period_threshold: 1.2}"), "parameters.period_threshold：不能大于 1"),
        (timeliness("{window: {from: 2026-02-01, to: 2026-01-01}}"), "不能早于 from"),
        (timeliness("{window: {from: 2026-02-01}}"), "parameters.window.to：缺少这个键"),
        (timeliness("{window: {start: 2026-02-01}}"), "不认识 start；可用的有：from、to"),
    ],
)
def test_a_broken_definition_says_file_key_and_what_is_allowed(catalog, text, says):
    path = add(catalog, text)
    with pytest.raises(ConfigurationError) as caught:
        load_definitions(catalog)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_every_finding_of_a_file_is_listed(catalog):
    add(catalog, MOUNT.replace("official: false", "official: 0").replace("试算", "''"))
    with pytest.raises(ConfigurationError, match=r"(?s)title：.*official："):
        load_definitions(catalog)


def test_a_file_in_another_encoding_is_named(catalog):
    path = catalog / "definitions" / "gbk.yaml"
    path.write_bytes(MOUNT.encode("gb18030"))
    with pytest.raises(ConfigurationError, match=r"gbk\.yaml 不是正确的 YAML"):
        load_definitions(catalog)


def test_a_reason_without_words_is_named(catalog):
    path = catalog / "reasons.yaml"
    text = path.read_text(encoding="utf-8").replace("  mount_pending: {", "  pending: {")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"缺少平台目录挂载率的原因 mount_pending。"):
        load_definitions(catalog)


def test_an_indicator_that_no_exemption_can_name_is_named(catalog):
    path = catalog / "codes" / "indicator.yaml"
    text = path.read_text(encoding="utf-8").replace("[平台目录挂载率, ", "[")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"indicator\.yaml 里没有平台目录挂载率。"):
        load_definitions(catalog)


def test_an_id_is_used_once(catalog):
    add(catalog, MOUNT.replace("mount_rate/trial", "mount_rate/2023-1"))
    with pytest.raises(ConfigurationError, match=r"id mount_rate/2023-1 与 .* 重复"):
        load_definitions(catalog)


def test_a_catalog_without_definitions_is_an_error(catalog):
    shutil.rmtree(catalog / "definitions")
    with pytest.raises(ConfigurationError, match="没有口径文件"):
        load_definitions(catalog)


def test_the_official_ones_come_in_the_order_of_the_indicators():
    found = official_on(SHIPPED, D)
    assert list(found) == list(INDICATORS)
    assert [each.indicator for each in found.values()] == list(INDICATORS)
    for name in ("mount_rate", "update_timeliness", "demand_completion"):
        assert found[name].id == f"{name}/2023-1"


def test_before_the_policy_there_is_no_official_definition():
    assert official_on(SHIPPED, date(2023, 5, 31))
    with pytest.raises(UsageError, match="自 2023-05-31 起"):
        official_on(SHIPPED, date(2023, 5, 30))


def test_without_any_official_definition_the_message_says_so():
    with pytest.raises(UsageError, match="一个也没有"):
        official_on([each for each in SHIPPED if each.indicator != "mount_rate"], D)


def test_two_official_definitions_on_one_day_are_an_error(catalog):
    add(catalog, MOUNT.replace("official: false", "official: true"))
    definitions = load_definitions(catalog)
    assert official_on(definitions, date(2025, 12, 31))
    with pytest.raises(ConfigurationError, match=r"mount_rate/2023-1 .*mount_rate/trial"):
        official_on(definitions, date(2026, 1, 1))


def test_one_official_definition_follows_another(catalog):
    old = catalog / "definitions" / "mount_rate-2023-1.yaml"
    text = old.read_text(encoding="utf-8")
    old.write_text(text.replace("effective_to: null", "effective_to: 2025-12-31"), "utf-8")
    add(catalog, MOUNT.replace("official: false", "official: true"))
    definitions = load_definitions(catalog)
    assert official_on(definitions, date(2025, 12, 31))["mount_rate"].id == "mount_rate/2023-1"
    assert official_on(definitions, date(2026, 1, 1))["mount_rate"].id == "mount_rate/trial"


def test_an_unofficial_definition_is_only_there_when_asked_for(catalog):
    add(catalog, MOUNT)
    definitions = load_definitions(catalog)
    assert official_on(definitions, D)["mount_rate"].id == "mount_rate/2023-1"
    wanted = ["mount_rate/trial", "mount_rate/2023-1", "mount_rate/trial"]
    assert [each.id for each in pick(definitions, wanted)] == wanted[:2]


def test_an_unknown_id_lists_the_known_ones():
    with pytest.raises(UsageError, match=r"没有口径 mount_rate/2030。.*mount_rate/2023-1"):
        pick(SHIPPED, ["mount_rate/2030", "mount_rate/2023-1"])


def test_both_effective_dates_are_inclusive(catalog):
    definition = added(catalog, f"{MOUNT}effective_to: 2026-06-30\n")
    inside = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [definition.effective_on_day(day) for day in inside] == [False, True, True, False]
