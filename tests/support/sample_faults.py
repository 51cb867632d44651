"""Finds each planted fault in the files of the sample city, and counts it.

Every function gives the names of faults (sharing_pipeline/sample/defects.py) with their numbers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from tests.support.sample_files import (
    D,
    Row,
    SampleFiles,
    copies,
    day_of,
    read_csv,
    readable,
    rows_of,
)


def broken_key(row: Row) -> bool:
    code = row["目录代码"]
    return code == "" or isinstance(code, float) or "E+" in str(code)


def owner_of(row: Row) -> str:
    return str(row.get("提供方代码") or row["提供方名称"])


def catalogue_key_faults(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    rows = rows_of(sample.catalogues)
    organisations = read_csv(sample.inbox / "organisation" / "organisations.csv")
    known = {row[name] for row in organisations for name in ("org_code", "org_name", "aliases")}
    yield "exact_duplicate", copies(sample.catalogues)
    yield "empty_code", sum(row["目录代码"] == "" for row in rows)
    yield "scientific_code", sum(broken_key(row) and row["目录代码"] != "" for row in rows)
    yield "unknown_organisation", sum(owner_of(row) not in known for row in rows)
    conflicts, files = 0, defaultdict(set)
    for name, table in sample.catalogues.items():
        distinct = {tuple(map(str, row.values())) for row in table if not broken_key(row)}
        keys = Counter(row[0] for row in distinct)
        conflicts += len(distinct) - len(keys)
        for key in keys:
            files[key].add(name)
    yield "conflicting_duplicate", conflicts
    yield "foreign_code", sum(len(names) - 1 for names in files.values())


def entries_of(sample: SampleFiles) -> list[Row]:
    """Catalogue rows without copies and without conflicting or borrowed codes."""
    extra = ("（修订）", "（借用代码）")
    return [
        row
        for table in sample.catalogues.values()
        for row in {tuple(map(str, row.values())): row for row in table}.values()
        if not str(row["目录名称"]).endswith(extra)
    ]


def catalogue_value_faults(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    entries = entries_of(sample)
    cycles = [str(row["更新周期"]) for row in entries]
    yield "unknown_cycle", sum(cycle in ("视情况更新", "长期", "T+1", "随业务") for cycle in cycles)
    yield "bare_digit_cycle", sum(cycle.isdigit() for cycle in cycles)
    yield "padded_label", sum(cycle != cycle.strip() for cycle in cycles)
    yield "unreadable_date", sum(not readable(row["发布日期"]) for row in entries)
    yield "future_date", sum((day_of(row["最近更新日期"]) or D) > D for row in entries)
    sharing = Counter(
        (row["共享类型"], row["共享条件"] == "", row["不予共享依据"] == "") for row in entries
    )
    yield "condition_missing", sharing["有条件共享", True, True]
    yield "basis_missing", sharing["不予共享", True, True]
    names = [(owner_of(row), str(row["目录名称"])) for row in entries]
    yield "drag_fill", sum(name.endswith("1") for _, name in names)
    yield "system_name", sum(row["目录名称"] == row["所属系统"] for row in entries)
    spelled = Counter((row["所属系统"], re.sub(r"\s", "", str(row["目录名称"]))) for row in entries)
    yield "same_name_thrice", sum(count == 3 for count in spelled.values())
    kinds = defaultdict(set)
    for row in rows_of(sample.resources):
        kinds[row["目录代码"]].add(row["资源类型"])
    methods = [
        (set(str(row["共享方式"]).split("、")), kinds.get(row["目录代码"])) for row in entries
    ]
    yield (
        "method_contradiction",
        sum(types is not None and not declared & types for declared, types in methods),
    )


def contradictions(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    """Faults that show only by comparing two rows or two tables."""
    entries = [row for row in entries_of(sample) if not broken_key(row)]
    names = defaultdict(set)
    for row in entries:
        code = str(row["目录代码"])
        names[code[:6], code[6:9] == "000"].add(str(row["目录名称"]))
    regions = {region for region, _ in names}
    shared = [names[region, True] & names[region, False] for region in regions]
    yield "parent_and_child", sum(map(len, shared))
    supplied: dict[str, date] = {}
    for row in rows_of(sample.logs):
        moved = row["row_count"] != "0" or row["verified_no_change"] == "true"
        if row["direction"] == "归集" and row["status"] == "成功" and moved:
            code = row["resource_id"][:18]
            day = date.fromisoformat(row["finished_at"][:10])
            supplied[code] = max(day, supplied.get(code, day))
    declared = [(row["目录代码"], day_of(row["最近更新日期"])) for row in entries]
    yield (
        "declared_not_in_log",
        sum(supplied.get(code, D) < day <= D for code, day in declared if day is not None),
    )


def resource_faults(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    rows = [
        row
        for table in sample.resources.values()
        for row in {tuple(map(str, row.values())): row for row in table}.values()
    ]
    sizes = [str(row["数据量"]) for row in rows]
    yield "resource_duplicate", copies(sample.resources)
    yield "resource_unit", sum(size.endswith("条") for size in sizes)
    yield "resource_full_width", sum(bool(re.fullmatch("[０-９]+", size)) for size in sizes)
    yield "resource_orphan", sum(str(row["目录代码"]).endswith("999999999") for row in rows)


def log_faults(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    rows = rows_of(sample.logs)
    supplies = [row for row in rows if row["direction"] == "归集"]
    good = {row["resource_id"] for row in supplies if row["status"] == "成功"}
    keys = [(row["batch_id"], row["status"] == "执行中") for row in rows]
    yield "repeated_batch", len(keys) - len(set(keys))
    yield "running_then_done", sum(row["status"] == "执行中" for row in rows)
    kept = list({(row["batch_id"], row["status"]): row for row in rows}.values())
    done = [row for row in kept if row["finished_at"]]
    yield (
        "zero_rows",
        sum(
            row["direction"] == "归集" and row["row_count"] == "0" and row["status"] == "成功"
            and row["verified_no_change"] == "false"
            for row in kept
        ),
    )  # fmt: skip
    yield (
        "failed_supply",
        sum(
            row["direction"] == "归集" and row["status"] == "失败" and row["resource_id"] in good
            for row in kept
        ),
    )
    crossing = [row for row in done if row["finished_at"][:10] > row["started_at"][:10]]
    yield "crosses_midnight", len(crossing)
    yield "end_before_start", sum(row["finished_at"] < row["started_at"] for row in done)
    known = {row["资源标识"] for row in rows_of(sample.resources)}
    yield "unknown_resource", sum(row["resource_id"] not in known for row in kept)
    yield "log_unit", sum(row["row_count"].endswith("条") for row in kept)
    yield "log_full_width", sum(bool(re.fullmatch("[０-９]+", row["row_count"])) for row in kept)
    late = (
        day > date.fromisoformat(row["started_at"][:10])
        for day, table in sample.logs.items()
        for row in {(row["batch_id"], row["status"]): row for row in table}.values()
    )
    yield "late_arrival", sum(late)


def demand_faults(sample: SampleFiles) -> Iterator[tuple[str, int]]:
    rows = [
        row
        for table in sample.demands.values()
        for row in {tuple(map(str, row.values())): row for row in table}.values()
    ]
    yield "demand_duplicate", copies(sample.demands)
    yield "demand_unknown_provider", sum(row["提供方"] == "上饶市某筹备办公室" for row in rows)
    yield "demand_unknown_requester", sum(row["需求方"] == "上饶市某服务专班" for row in rows)
    yield "demand_empty_id", sum(row["需求编号"] == "" for row in rows)
    yield "demand_unreadable_date", sum(row["承诺日期"] == "年底前" for row in rows)
    exemptions = read_csv(sample.inbox / "exemption" / "exemptions.csv")
    yield "exemption_no_approver", sum(row["approved_by"] == "" for row in exemptions)


def all_faults(sample: SampleFiles) -> dict[str, int]:
    """Every fault that shows in the files, with its count."""
    finders = (
        contradictions,
        catalogue_key_faults, catalogue_value_faults, resource_faults, log_faults, demand_faults
    )  # fmt: skip
    return {name: count for find in finders for name, count in find(sample)}
