"""What contracts say of the datasets: the ones that ship are whole, a broken one is told."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from sharing_pipeline.catalog.codes import load_codes
from sharing_pipeline.catalog.contracts import Contract, load_contracts
from sharing_pipeline.catalog.datasets import datasets, suites
from sharing_pipeline.catalog.suites import load_suite
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import PROJECT
from tests.support.catalogs import CATALOG, CONTRACTS

RECEIVED = [CONTRACTS[name] for name in datasets(CONTRACTS)]
EXPECTATIONS = PROJECT / "expectations"


def ids(contracts: Sequence[Contract]) -> list[str]:
    return [contract.table for contract in contracts]


@pytest.mark.parametrize("contract", RECEIVED, ids=ids(RECEIVED))
def test_every_dataset_has_a_suite_about_its_columns(contract: Contract) -> None:
    suite = load_suite(contract.traits.suite, EXPECTATIONS, contract)
    assert suite.table == contract.table, "meta.table of the suite is the dataset's name"


def test_every_suite_is_a_datasets() -> None:
    assert {path.stem for path in EXPECTATIONS.glob("*.yaml")} == suites(CONTRACTS).keys()


@pytest.mark.parametrize("contract", RECEIVED, ids=ids(RECEIVED))
def test_every_label_has_its_code_table(contract: Contract) -> None:
    assert {column.codes for column in contract.columns} <= {None, *load_codes(CATALOG)}


def test_everything_that_one_can_write_is_explained() -> None:
    told = (PROJECT / "docs" / "datasets.md").read_text(encoding="utf-8")
    keys = {
        "order", "load", "header", "row", "suite", "check_title", "in_force", "owner", "belongs_to",
        "holds", "exported", "inbox", "catalog_file", "lists_organisations", "refers_to_own_rows",
        "full", "upsert", "list", "log", "shrunken_part", "owned_by_other",
    }  # fmt: skip
    assert {key for key in keys if f"`{key}`" not in told} == set()


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("demand", "load: upsert", "load: merge", "received.load：只能是 full、upsert、list、log"),
        ("demand", "row: 需求", "rows: 需求", "不认识 rows；可用的有"),
        ("demand", "  row: 需求\n", "", "received.row：缺少这个键，必须写"),
        ("demand", "order: 60\n", "order: 六十\n", "received.order：要写整数"),
        ("demand", "code: provider_org", "code: provider", "received 里的列 provider 不在 columns"),
        ("demand", "header: {columns: [demand_id]", "header: {columns: [id]", "received 里的列 id"),
        ("demand", "key: demand_id", "key: id", "key 里的 id 不在 columns 里"),
        ("demand", "table: demand", "table: demands", "要和文件名 demand 一样"),
        ("demand", "sheet: 供需清单\n", "", "要同时写 sheet"),
        ("demand", ", codes: decision", "", "decision 的 type 是 label，要写 codes"),
        ("demand", "order: 60\n", "order: 30\n", "received.order 都是 30，不能相同"),
        ("demand", "order: 30}", "order: 60}", "received.header.order 都是 60"),
        ("demand", "  inbox: 规范供需对接清单\n", "", "inbox 和 belongs_to 要写且只写一个"),
        ("demand", "row: 需求", "row: 需求\n  holds: [shrunken_part]", "holds 只能和 load: full"),
        ("demand", "row: 需求", "row: 需求\n  catalog_file: a.csv", "catalog_file 只能和 load"),
        ("demand", "load: upsert", "load: list", "exported 只能和 load: full 或 load: upsert"),
        ("resource", "belongs_to: catalogue", "inbox: 资源", "要写 owner 或 belongs_to"),
        ("resource", "belongs_to: catalogue", "belongs_to: demand", "belongs_to 只能是有 owner"),
        ("resource", "order: 40\n", "order: 25\n", "resource 的 order 要大于 catalogue 的"),
        ("resource", "row: 资源", "row: 资源\n  owner: {code: location}", "只能写一个"),
        ("resource", "name: location", "name: row_count", "columns 里 row_count 写了两次"),
        ("organisation", "  lists_organisations: true\n", "", "只有一个数据集写 lists_"),
        ("exchange_log", "load: log", "load: upsert", "只有一个数据集写 load: log"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_told(
    tmp_path: Path, table: str, old: str, new: str, told: str
) -> None:
    catalog = shutil.copytree(CATALOG, tmp_path / "catalog")
    path = catalog / "contracts" / f"{table}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="有误") as raised:
        load_contracts(catalog)
    assert told in str(raised.value)


def names_in(node: ast.AST) -> set[str]:
    """The datasets whose names are written in a list, or compared with something."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts: list[ast.expr] = node.elts
    elif isinstance(node, ast.Dict):
        parts = [key for key in node.keys if key is not None]
    elif isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(("dataset", ".table")):
        parts = node.comparators
    else:
        return set()
    written = {part.value for part in parts if isinstance(part, ast.Constant)}
    return {str(name) for name in written} & set(datasets(CONTRACTS))


ABOUT_ONE_DATASET = {
    "facts/build.py": "without a catalogue there are no rates",
    "published/arrivals.py": "whose catalogue is missing or old",
    "published/subject_history.py": "what an entry or a demand was judged by",
    "orchestration/tables.py": "what assessments read",
    "sheets/resource_beside_entry.py": "entries and resources in one row",
    "reply/outgoing.py": "logs get no reply",
}
"""Modules that are themselves about some datasets, and what they are about."""


def test_whoever_treats_datasets_differently_asks_their_traits() -> None:
    package = PROJECT / "sharing_pipeline"
    naming = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if len(names := names_in(node)) > 1 or (names and isinstance(node, ast.Compare))
    }
    naming = {name for name in naming if not name.startswith(("catalog/", "sample/"))}
    assert naming == ABOUT_ONE_DATASET.keys(), "ask a trait instead: catalog/datasets.py"


def test_a_dataset_that_the_rules_read_must_be_received(tmp_path: Path) -> None:
    catalog = shutil.copytree(CATALOG, tmp_path / "catalog")
    path = catalog / "contracts" / "demand.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = lines.index("received:\n")
    path.write_text("".join(lines[:start] + lines[lines.index("columns:\n") :]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="demand 缺少 received"):
        load_contracts(catalog)
