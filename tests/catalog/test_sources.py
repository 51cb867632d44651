"""Source files: what a YAML may say, what it leads to, and the four cities that ship."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sharing_pipeline.catalog.source_keys import Database
from sharing_pipeline.catalog.sources import Source, declared_on, load_source, load_sources
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT
from sharing_pipeline.sheets.header_findings import NO_STATUS
from sharing_pipeline.sheets.raw_table import RawTable
from sharing_pipeline.sheets.tables import read_tables
from tests.support.catalogs import CATALOG, CONTRACTS, SHARED_DATA, catalog_with

PORTALS = SHARED_DATA / "cn-portals"

PORTAL = """
title: 某市门户
dataset: catalogue
organisations: from_rows
columns:
  catalogue_code: {from: [区, 编号], join: "-"}
  name: 标题
  org_name: {from: [区, 部门]}
  update_cycle: 频率
constants: {sharing_type: 无条件共享}
codes:
  update_cycle: {"01": 每月, "1": 每年}
lacks: [update]
unused: [更新时间]
resource:
  columns:
    resource_id: {from: [区, 编号, 种类], join: "-"}
    resource_type: {when: 种类, map: {服务: 接口, 数据: 库表}, else: 文件}
    mount_status: {when: 格式, is: not_empty, then: 已挂载, else: 未挂载}
    location: {when: 格式, in: [网站], then: 门户网站}
  constants: {resource_status: 正常}
"""


def read(tmp_path: Path, source: Source, rows: list[dict[str, Any]]) -> dict[str, RawTable]:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    tables = read_tables(path, path.name, source, CONTRACTS).tables
    return {table.dataset: table for table in tables}


def entry(**changes: Any) -> dict[str, Any]:
    row = {"区": "甲区", "编号": "1", "标题": "名录", "部门": "区府办", "频率": "01"}
    return {**row, "种类": "服务", "格式": ["api"], "更新时间": "2026-01-01", **changes}


def test_one_row_becomes_an_entry_and_a_resource(tmp_path: Path) -> None:
    source = load_source(catalog_with(tmp_path, PORTAL), "portal")
    tables = read(tmp_path, source, [entry(), entry(区=None, 种类="数据", 格式="[]")])
    entries, resources = tables["catalogue"].frame, tables["resource"].frame
    assert entries.drop_columns(["cells", "sheet"]).to_pydict() == {
        "catalogue_code": ["甲区-1", None],
        "name": ["名录", "名录"],
        "org_name": ["甲区区府办", "区府办"],
        "sharing_type": ["无条件共享"] * 2,
        "update_cycle": ["01", "01"],
        "lacks": ["update"] * 2,
        "row": [2, 3],
    }
    assert resources.drop_columns(["cells", "sheet"]).to_pydict() == {
        "resource_id": ["甲区-1-服务", None],
        "catalogue_code": ["甲区-1", None],
        "resource_type": ["接口", "库表"],
        "mount_status": ["已挂载", "未挂载"],
        "resource_status": ["正常"] * 2,
        "location": [None, None],
        "row": [2, 3],
    }
    assert entries["cells"].equals(resources["cells"])
    assert tables["catalogue"].headers["org_name"] == "区、部门"
    assert source.mapping("catalogue").codes["update_cycle"] == {"01": "每月", "1": "每年"}


def test_a_declared_required_column_that_is_not_there_rejects(tmp_path: Path) -> None:
    source = load_source(catalog_with(tmp_path, PORTAL), "portal")
    rows = [{key: value for key, value in entry().items() if key not in ("标题", "格式")}]
    tables = read(tmp_path, source, rows)
    assert "目录名称（来源声明取自“标题”）" in str(tables["catalogue"].rejected)
    assert "挂载状态（来源声明取自“格式”）" in str(tables["resource"].rejected)


def test_what_a_source_declares_is_no_unknown_header(tmp_path: Path) -> None:
    source = load_source(catalog_with(tmp_path, PORTAL), "portal")
    row = {key: value for key, value in entry(备用="x").items() if key != "标题"}
    said = str(read(tmp_path, source, [row])["catalogue"].rejected)
    assert "没有认出的表头：“备用”，" in said


SPARE = {f"备用{letter}": letter for letter in "一二三四五"}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param("编号 区 标题 部门 频率 种类 格式 更新时间", id="parts"),
        pytest.param("区 编号 标题 部门 频率 种类 更新时间 格式", id="resource"),
        pytest.param(
            "备用五 格式 区 备用一 频率 标题 备用二 编号 部门 备用三 种类 备用四 更新时间",
            id="among others",
        ),
    ],
)
def test_a_second_header_counts_for_declared_columns(tmp_path: Path, order: str) -> None:
    """Also where only a part, or only what the resource is derived from, stands elsewhere."""
    source = load_source(catalog_with(tmp_path, PORTAL), "portal")
    names = order.split()
    first = [*entry(), *(name for name in SPARE if name in names)]
    rows = [entry(编号=str(number), 格式="api") | SPARE for number in range(4)]
    lines = [first, *([row[name] for name in first] for row in rows[:2])]
    lines += [names, *([row[name] for name in names] for row in rows[2:])]
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(map(",".join, lines)), encoding="utf-8")
    tables = read_tables(path, path.name, source, CONTRACTS).tables
    found = {table.dataset: table.frame.to_pandas() for table in tables}
    expected = read(tmp_path, source, rows)
    assert found.keys() == expected.keys()
    for dataset, frame in found.items():
        meant = expected[dataset].frame.to_pandas().drop(columns=["row", "cells", "sheet"])
        assert frame["row"].tolist() == [2, 3, 5, 6]
        assert frame[meant.columns].equals(meant)


def test_a_declared_optional_column_that_is_not_there_is_noted(tmp_path: Path) -> None:
    yaml = PORTAL.replace("  name: 标题", "  name: 标题\n  summary: 简介")
    source = load_source(catalog_with(tmp_path, yaml), "portal")
    table = read(tmp_path, source, [entry()])["catalogue"]
    assert table.rejected is None
    assert table.notes == ["来源声明的列“简介”不在文件里，摘要为空。", NO_STATUS]


@pytest.mark.parametrize(
    ("test", "cell", "expected"),
    [
        ("is: not_empty", ["x"], "是"),
        ("is: not_empty", [], "否"),
        ("is: empty", "[]", "是"),
        ("is: empty", " ", "是"),
        ("is: empty", None, "是"),
        ("is: empty", "0", "否"),
        ("in: [Ａ, b]", "a", "是"),
        ("in: [a]", "a,b", "否"),
        ("has: [api]", ["xls", "API"], "是"),
        ("has: [api]", "['xls', 'api']", "是"),
        ("has: ['03']", "03,0310", "是"),
        ("has: ['03']", "3", "否"),
        ("has: [api]", None, "否"),
        ("only: [api]", ["api"], "是"),
        ("only: [api]", ["api", "xls"], "否"),
        ("only: [api]", [], "否"),
    ],
)
def test_rules(tmp_path: Path, test: str, cell: Any, expected: str) -> None:
    rule = f"  open_type: {{when: 格式, {test}, then: 是, else: 否}}"
    yaml = PORTAL.replace("  name: 标题", f"  name: 标题\n{rule}")
    source = load_source(catalog_with(tmp_path, yaml), "portal")
    table = read(tmp_path, source, [entry(格式=cell), entry(格式="x")])["catalogue"]
    assert table.frame["open_type"].to_pylist()[0] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("目录_2026-11-22.xlsx", date(2026, 11, 22)),
        ("20261122目录.csv", date(2026, 11, 22)),
        ("a120261122.csv", None),
        ("202611220.csv", None),
        ("2026-13-01 20260228.csv", date(2026, 2, 28)),
        ("2026-02-30.csv", None),
        ("2026-1-2.csv", None),
        ("目录.csv", None),
    ],
)
def test_a_file_name_declares_a_date(name: str, expected: date | None) -> None:
    assert declared_on(name) == expected


def test_mode_and_date_come_from_the_name_before_the_source() -> None:
    nantong = load_source(CATALOG, "nantong")
    assert nantong.mode_of("目录.json") == "full"
    assert nantong.mode_of("目录增量.json") == nantong.mode_of("Incremental.json") == "incremental"
    assert nantong.effective_date("x.json") == date(2023, 6, 16)
    assert nantong.effective_date("x20261122.json") == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-11-22/目录.xlsx", date(2026, 11, 22)),
        ("20261122/市民政局/目录.xlsx", date(2026, 11, 22)),
        ("2026-11-21/补报 2026-11-22/目录.xlsx", date(2026, 11, 22)),
        ("2026-11-21/目录2026-11-22.xlsx", date(2026, 11, 22)),
        ("2026-11/目录.xlsx", date(2026, 1, 1)),
        ("目录.xlsx", date(2026, 1, 1)),
    ],
)
def test_a_dated_folder_declares_a_date(tmp_path: Path, name: str, expected: date) -> None:
    yaml = f"{PORTAL}effective_on: 2026-01-01\n"
    dated = load_source(catalog_with(tmp_path / "a", f"{yaml}dated: folder\n"), "portal")
    assert dated.effective_date(name) == expected
    undated = load_source(catalog_with(tmp_path / "b", yaml), "portal")
    in_name = declared_on(Path(name).name)
    assert undated.effective_date(name) == (in_name or date(2026, 1, 1))


def test_canonical_sources_need_no_yaml(tmp_path: Path) -> None:
    for name in ("catalogue", "exchange_log", "demand", "organisation", "exemption"):
        source = load_source(CATALOG, name)
        assert source.canonical and source.dataset == name
    with pytest.raises(ConfigurationError, match=r"demand\.yaml.*内置来源"):
        load_source(catalog_with(tmp_path, PORTAL, "demand"), "demand")
    with pytest.raises(ConfigurationError, match=r"没有来源 nobody"):
        load_source(CATALOG, "nobody")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dataset: catalogue", "dataset: katalog", "dataset：只能是"),
        ("title: 某市门户", "titel: 某市门户", "titel：没有这个键"),
        ("title: 某市门户", "title: 甲\ntitle: 乙", "title 写了两次"),
        ("name: 标题", "nome: 标题", "columns 里的 nome 不能用"),
        ("location:", "locatian:", "resource.columns 里的 locatian 不能用"),
        ("sharing_type: 无条件共享", "name: 无名", "name 同时写在 columns 和 constants"),
        ("  update_cycle: {", "  name: {", "codes 里的 name 不能用"),
        ("is: not_empty, then", "then", "要写且只写一个"),
        ("then: 已挂载, else", "else", "要写 then"),
        ("lacks: [update]", "lacks: [datum]", "lacks.0：只能是"),
        ("organisations: from_rows", "organisation_level: 市", "要和 organisations 一起写"),
        ("organisations: from_rows", "timezone: Mars/Base", "timezone：不是时区名"),
        ("organisations: from_rows", "effective_on: 2023-06-31", "effective_on："),
        ("organisations: from_rows", "canonical: true", "不能写 canonical"),
        ("organisations: from_rows", "dated: file", "dated：只能是"),
        ("organisations: from_rows", "explode: 明细", "要同时写 row_is: resource"),
        ("organisations: from_rows", "records: ''", "records：不能为空"),
        ("    resource_id:", "    row_count:", "要写 resource_id"),
        ("dataset: catalogue", "dataset: [", "第 3 行第 10 列附近：方括号没有收尾，或缺少逗号。"),
        ("title: 某市门户", "title: 甲: 乙", "第 2 行第 9 列附近：这里不能再有“: ”"),
        ("title: 某市门户", "title: '甲", "第 2 行第 8 列附近：引号没有收尾"),
        ("title: 某市门户", "\ttitle: 甲", "缩进用了制表符（Tab），请改成空格"),
        ("title: 某市门户", "title: 某市门户\n  dataset2: x", "附近：这里不能再有“: ”"),
        (
            "when: 格式, is",
            "wen: 格式, is",
            "第 19 行 resource.columns.mount_status：要写成 表头、{from: [表头, 表头]} 或 ",
        ),
        (
            "when: 格式, is",
            "when: 格式, iss",
            "resource.columns.mount_status.iss：没有这个键；可用的有：else、has、in、is、map、only、",
        ),
        (
            "is: not_empty",
            "is: full",
            "resource.columns.mount_status.is：只能是 empty、not_empty（现在写的是 full）",
        ),
        ("lacks: [update]", "lacks: [datum]", "第 13 行 lacks.0：只能是 mount、update、cycle"),
        (
            "title: 某市门户",
            "titel: 某市门户",
            "第 2 行 titel：没有这个键；可用的有：codes、columns、",
        ),
    ],
)
def test_a_wrong_yaml_names_its_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in PORTAL
    catalog = catalog_with(tmp_path, PORTAL.replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=re.escape(message)) as caught:
        load_source(catalog, "portal")
    said = str(caught.value)
    assert "portal.yaml" in said
    english = ("function-after", "Joined", "Rule", " or ", "Input", "expected", "while ", "found")
    assert not [word for word in english if word in said]


def test_what_may_be_a_secret_is_not_repeated(tmp_path: Path) -> None:
    for key in ("url", "database", "timezone"):
        yaml = f"{PORTAL}{key}: postgresql://me:pw4711@10.0.0.8/share\n"
        with pytest.raises(ConfigurationError) as caught:
            load_source(catalog_with(tmp_path / key, yaml), "portal")
        assert "pw4711" not in str(caught.value)


def test_rows_that_are_resources_are_marked_for_folding(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, PORTAL + "row_is: resource\n")
    source = load_source(catalog, "portal")
    tables = read(tmp_path, source, [entry(), entry(种类="数据")])
    assert tables["catalogue"].folds and not tables["resource"].folds
    assert tables["catalogue"].frame["catalogue_code"].to_pylist() == ["甲区-1", "甲区-1"]
    assert tables["resource"].frame["resource_id"].to_pylist() == ["甲区-1-服务", "甲区-1-数据"]


def test_every_shipped_source_is_valid() -> None:
    shipped = {path.stem for path in (CATALOG / "sources").glob("*.yaml")}
    assert (
        {"nantong", "taizhou", "wenzhou", "liupanshui", "us-cdc", "ckan-portal"}
        <= shipped
        <= load_sources(CATALOG).keys()
    )


def test_the_examples_of_the_docs_are_valid(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(# [\w-]+\.yaml\n.*?)```", page, re.DOTALL)
    assert len(examples) >= 3
    for number, example in enumerate(examples):
        load_source(catalog_with(tmp_path / str(number), example), "portal")


def test_the_docs_name_every_key() -> None:
    page = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
    keys = {*Source.model_fields, *Database.model_fields} - {"name", "canonical"}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []


@pytest.mark.skipif(not PORTALS.is_dir(), reason=f"nothing at {PORTALS} (set SHARED_DATA)")
@pytest.mark.parametrize(
    ("name", "file_name", "row_count", "duplicate_count", "unmounted_count"),
    [
        ("nantong", "jiangsu_nantong.json", 1198, 0, 73),
        ("taizhou", "jiangsu_taizhou.json", 5399, 22, 184),
        ("wenzhou", "zhejiang_wenzhou.json", 989, 2, 0),
        ("liupanshui", "guizhou_liupanshui.json", 991, 0, 0),
    ],
)
def test_four_real_cities(
    name: str, file_name: str, row_count: int, duplicate_count: int, unmounted_count: int
) -> None:
    source = load_source(CATALOG, name)
    tables = read_tables(PORTALS / file_name, file_name, source, CONTRACTS)
    entries, resources = (table.frame for table in tables.tables)
    assert [table.dataset for table in tables.tables] == ["catalogue", "resource"]
    assert [table.notes + table.doubts for table in tables.tables] == [[], []]
    for frame in (entries, resources):
        assert frame.num_rows == row_count
        assert row_count - len(set(frame["cells"].to_pylist())) == duplicate_count
    required = ("catalogue_code", "name", "org_name", "last_updated_on", "published_on")
    assert [entries[column].null_count for column in required] == [0] * len(required)
    assert Counter(resources["mount_status"].to_pylist())["未挂载"] == unmounted_count
