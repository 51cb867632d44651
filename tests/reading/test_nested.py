"""Nested JSON: records inside it, one row per item of a list, and the CKAN source that ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sharing_pipeline.catalog.nested_shape import Shape
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.errors import UnreadableFile
from sharing_pipeline.reading.objects import read_json, read_json_lines
from sharing_pipeline.settings import PROJECT, Limits
from sharing_pipeline.sheets.tables import read_tables
from tests.support.catalogs import CONTRACTS
from tests.support.night_helpers import D, Home

LIMITS = Limits()
CATALOG = PROJECT / "catalog"


def rows(document: Any, shape: Shape, *, indent: int | None = None) -> list[dict[str, Any]]:
    """What a JSON text gives, empty cells left out."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    read = read_json if isinstance(document, list) else read_json_lines
    _, grid = read(text, LIMITS, shape)
    lines = zip(*grid.columns, strict=True)
    return [
        {key: cell for key, cell in zip(grid.header or [], line, strict=True) if cell is not None}
        for line in lines
    ]


DCAT = {"@type": "dcat:Catalog", "describedBy": {"x": [1]}, "dataset": [{"a": 1}, {"a": 2}]}


@pytest.mark.parametrize("indent", [None, 2])
def test_the_only_list_of_objects_holds_the_records(indent: int | None) -> None:
    assert rows(DCAT, Shape(), indent=indent) == [{"a": "1"}, {"a": "2"}]
    assert rows({"result": {"results": DCAT["dataset"]}}, Shape()) == [{"a": "1"}, {"a": "2"}]
    assert rows(DCAT, Shape(records="dataset")) == [{"a": "1"}, {"a": "2"}]
    assert rows({"result": {"a": 1, "b": [{}], "c": [{}]}}, Shape(records="result")) == [
        {"a": "1", "b": "[{}]", "c": "[{}]"}
    ]
    assert rows({"a": 1}, Shape()) == [{"a": "1"}]
    assert rows([{"a": [{"b": 1}]}], Shape(records="dataset")) == [{"a": '[{"b":1}]'}]


def test_what_is_read_where_is_said() -> None:
    text = json.dumps(DCAT)
    assert read_json_lines(text, LIMITS, Shape())[0] == "json"
    assert read_json_lines(text, LIMITS)[0] == "json"
    assert read_json_lines('{"a": 1}\n{"a": 2}', LIMITS, Shape(records="dataset"))[0] == "jsonl"


@pytest.mark.parametrize(
    ("document", "shape", "why"),
    [
        ({"a": [{}], "b": {"c": [{}]}}, Shape(), "不止一个对象的列表，对象的列表有：a、b.c。"),
        (DCAT, Shape(records="data"), "没有来源声明的 records“data”，对象的列表有：dataset。"),
        ({"a": 1}, Shape(records="data"), "也没有别的对象的列表"),
        ({"data": [1]}, Shape(records="data"), "第 1 个元素不是对象"),
    ],
)
def test_records_in_doubt_are_refused(document: Any, shape: Shape, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        rows(document, shape)


def test_every_item_is_a_row_with_its_parents_fields() -> None:
    shape = Shape(explode="d")
    assert rows(
        [
            {"n": 1, "p": {"name": "x", "of": {"name": "y"}}, "d": [{"u": "a"}, {"u": "b"}]},
            {"n": 2, "d": []},
            {"n": 3, "d": None, "p": {}},
            {"n": 4, "d": {"u": "c"}},
            {"n": 5, "d": ["e", None]},
        ],
        shape,
    ) == [
        {"n": "1", "p.name": "x", "p.of.name": "y", "d.u": "a"},
        {"n": "1", "p.name": "x", "p.of.name": "y", "d.u": "b"},
        {"n": "2"},
        {"n": "3", "p": "{}"},
        {"n": "4", "d.u": "c"},
        {"n": "5", "d": "e"},
    ]
    _, grid = read_json('[{"n": 1, "d": [{}]}, {"n": 2, "d": [{"u": 1}]}]', LIMITS, shape)
    assert grid.without_items == {0}
    assert rows({"n": 1, "d": [{"u": "a"}]}, shape) == [{"n": "1", "d.u": "a"}]
    assert rows([{"r": {"d": [{"u": 1}]}, "n": 1}], Shape(explode="r.d")) == [
        {"n": "1", "r.d.u": "1"}
    ]


def test_extras_are_columns_and_nothing_is_lost() -> None:
    extras = [{"key": "频率", "value": "P1M"}, {"key": "k", "value": {"x": 1}}]
    assert rows([{"extras": extras}], Shape()) == [{"extras.频率": "P1M", "extras.k.x": "1"}]
    assert rows([{"extras": ["a"]}], Shape()) == [{"extras": '["a"]'}]
    twice = [{"key": "k", "value": 1}, {"key": "k", "value": 2}]
    assert rows([{"extras": twice}, {"a.b": 1, "a": {"b": 2}}], Shape()) == [
        {"extras.k": "[1,2]"},
        {"a.b": "[1,2]"},
    ]


def test_canonical_files_stay_flat() -> None:
    _, grid = read_json('[{"p": {"name": "x"}}]', LIMITS, load_source(CATALOG, "catalogue").shape)
    assert (grid.header, grid.columns) == (["p"], [['{"name":"x"}']])


def test_a_canonical_file_may_be_wrapped_in_an_answer() -> None:
    wrapped = {"code": 200, "msg": "ok", "data": {"total": 1, "rows": [{"a": 1, "p": {"x": 2}}]}}
    _, grid = read_json_lines(json.dumps(wrapped), LIMITS)
    assert (grid.header, grid.columns) == (["a", "p"], [["1"], ['{"x":2}']])
    twice = {"data": [{"a": 1}], "facets": [{"b": 1}]}
    assert read_json_lines(json.dumps(twice), LIMITS)[1].header == ["data", "facets"]


@pytest.mark.parametrize("depth", [100, 900, 970, 980, 990, 995, 2_000])
@pytest.mark.parametrize("under", ["a", "d", "extras"])
def test_depth_is_a_value_or_a_reason(depth: int, under: str) -> None:
    deep = '{"k":' * depth + "1" + "}" * depth
    for text in (f'{{"{under}": {deep}}}', f'[{{"{under}": [{{"key": 1, "value": {deep}}}]}}]'):
        read = read_json if text.startswith("[") else read_json_lines
        try:
            read(text, LIMITS, Shape(explode="d"))
        except UnreadableFile as error:
            assert "嵌套过深" in str(error)


def test_what_grows_when_it_is_taken_apart_is_measured_before() -> None:
    wide = {f"k{number}": 1 for number in range(1_000)}
    items = [{"i": 1}] * 100_000
    with pytest.raises(UnreadableFile, match=r"100,000 行 × 1,001 列，超过 12,000,000 个单元格"):
        read_json(json.dumps([{**wide, "d": items}]), LIMITS, Shape(explode="d"))
    inner = {f"p{number}": {f"q{place}": 1 for place in range(100)} for number in range(100)}
    with pytest.raises(UnreadableFile, match="10,000 列，超过 2,000 列"):
        read_json(json.dumps([inner]), LIMITS, Shape())


def package(name: str, *formats: str, **fields: Any) -> dict[str, Any]:
    """A CKAN package as the API writes it."""
    resources = [
        {"id": f"{name}-{number}", "format": form, "created": "2026-10-01T20:00:00.123456",
         "url": f"https://portal.example/{name}/{number}"}
        for number, form in enumerate(formats)
    ]  # fmt: skip
    return {
        "id": name, "name": f"slug-{name}", "title": f"{name}名录", "notes": "说明",
        "organization": {"title": "市民政局", "name": "mzj"},
        "metadata_created": "2026-10-01T20:00:00.123456",
        "metadata_modified": "2026-11-20T20:00:00.123456",
        "extras": [{"key": "update_frequency", "value": "R/P1M"}], "tags": [{"name": "民政"}],
        "resources": resources, **fields,
    }  # fmt: skip


PACKAGES = [
    package("养老", "CSV", "API"),
    package("婚姻", "API"),
    package("殡葬"),
    package("低保", "XLS", extras=[{"key": "update_frequency", "value": "看情况"}]),
    package("孤儿", "CSV", organization=None),
]
DUMPS = {
    "package_search.json": json.dumps(
        {"help": "…", "success": True, "result": {"count": 5, "facets": {}, "results": PACKAGES}}
    ),
    "list.json": json.dumps(PACKAGES, ensure_ascii=False, indent=1),
    "packages.jsonl": "\n".join(json.dumps(one, ensure_ascii=False) for one in PACKAGES),
}


@pytest.mark.parametrize("name", DUMPS)
def test_every_dump_of_ckan_gives_the_same_tables(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(DUMPS[name], encoding="utf-8")
    source = load_source(CATALOG, "ckan-portal")
    entries, resources = read_tables(tmp_path / name, name, source, CONTRACTS).tables
    assert (entries.doubts, resources.doubts, entries.rejected) == ([], [], None)
    assert entries.frame["catalogue_code"].to_pylist() == [
        "养老",
        "养老",
        "婚姻",
        "殡葬",
        "低保",
        "孤儿",
    ]
    assert resources.frame["resource_id"].to_pylist() == [
        "养老-0",
        "养老-1",
        "婚姻-0",
        "低保-0",
        "孤儿-0",
    ]
    assert resources.frame["resource_type"].to_pylist() == ["文件", "接口", "接口", "文件", "文件"]


def test_a_ckan_dump_through_the_night(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.put_bytes("ckan-portal/package_search.json", DUMPS["package_search.json"].encode())
    home.night(D)
    assert home.counts("package_search.json") == (6, 5, 0, 1)
    assert home.counts("package_search.json", "resource") == (5, 5, 0, 0)
    told = {row["catalogue_code"]: row for row in home.table("catalogue", D)}
    assert {code: row["update_cycle"] for code, row in told.items()} == {
        "养老": "每月", "婚姻": "每月", "殡葬": "每月", "低保": "看情况",
    }  # fmt: skip
    # Eight in the evening in UTC is the next morning in Shanghai.
    assert told["养老"]["last_updated_on"] == "2026-11-21"
    assert home.outcomes(D) == {
        "养老": "met mounted", "婚姻": "met mounted", "低保": "met mounted",
        "殡葬": "missed no_resource",
    }  # fmt: skip
    [reply] = home.settings.reply.rglob("*.xlsx")
    assert reply.stat().st_size > 0
