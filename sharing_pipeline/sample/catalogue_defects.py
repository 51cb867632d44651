"""Plants the faults of defects.py into the rows of the catalogue and its resources.

No row gets two faults, so that each can be counted. A float in place of a code stands for a code
that a spreadsheet program has turned into scientific notation.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, stream
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.planter import Planter

UNREADABLE_DATES = ("2023年底", "2024-13-05", "24.5.6", "2024-03")
UNKNOWN_CYCLES = ("视情况更新", "长期", "T+1", "随业务")
BARE_DIGITS = ("1", "3", "5")
DRAG_FILL_ROWS = 4
UNKNOWN_NUMBER = "998"
"""A department's number that exists nowhere in the city."""


def _plant_names(planter: Planter, organisations: list[Organisation]) -> None:
    names = planter.rows["name"].tolist()
    for run in planter.take_runs("drag_fill", DRAG_FILL_ROWS):
        planter.put(run, "name", [f"{names[run[0]]}{step}" for step in range(1, len(run) + 1)])
    for run in planter.take_runs("same_name_thrice", 3):
        name = names[run[0]]
        spaced = [name, f"{name[:2]} {name[2:]}", f"{name[:2]}　{name[2:]}"]
        planter.put(run, "name", spaced)
    _plant_parents(planter, organisations)
    first_of_org = ~planter.rows["org"].duplicated().to_numpy()
    systems = planter.take("system_name", first_of_org)
    planter.put(systems, "name", planter.rows["system_name"].iloc[systems].tolist())


def _plant_parents(planter: Planter, organisations: list[Organisation]) -> None:
    """Gives a government's entry the name of an entry of one of its departments."""
    parents = np.array([organisations[org].parent for org in planter.rows["org"]])
    codes = np.array([organisations[org].org_code for org in planter.rows["org"]])
    has_child = np.isin(codes, parents[planter.free])
    first_of_org = ~planter.rows["org"].duplicated().to_numpy()
    for position in planter.take("parent_and_child", has_child & first_of_org):
        child = np.flatnonzero(planter.free & (parents == codes[position]))[0]
        planter.free[child] = False
        planter.put(np.array([position]), "name", [planter.rows["name"].iloc[child]])


def _plant_keys(planter: Planter, organisations: list[Organisation]) -> None:
    codes = planter.rows["catalogue_code"].tolist()
    planter.put(empty := planter.take("empty_code"), "catalogue_code", [""] * len(empty))
    numeric = np.array([code.isdigit() for code in codes])
    scientific = planter.take("scientific_code", numeric)
    planter.put(scientific, "catalogue_code", [float(codes[row]) for row in scientific])
    unknown = planter.take("unknown_organisation")
    owners = [organisations[planter.rows["org"].iloc[row]] for row in unknown]
    planter.put(unknown, "org_code", [f"{owner.region}{UNKNOWN_NUMBER}" for owner in owners])
    planter.put(unknown, "org_name", [f"{owner.place}某筹备办公室" for owner in owners])


def _plant_values(planter: Planter, entries: pd.DataFrame, on: date) -> None:
    late = (entries["timely"] == "overdue").to_numpy() & ~entries["update_exempt"].to_numpy()
    logged = (entries["evidence"] == "log").to_numpy()
    mounted = (entries["mount"] == "mounted").to_numpy()
    sharing = entries["sharing_type"].to_numpy()
    for name, among, column, values in (
        ("unknown_cycle", late, "update_cycle", UNKNOWN_CYCLES),
        ("bare_digit_cycle", late, "update_cycle", BARE_DIGITS),
        ("unreadable_date", mounted, "published_on", UNREADABLE_DATES),
        ("condition_missing", sharing == "有条件共享", "sharing_condition", ("",)),
        ("basis_missing", sharing == "不予共享", "legal_basis", ("",)),
    ):
        rows = planter.take(name, among)
        planter.put(rows, column, planter.choice(values, len(rows)))
    future = planter.take("future_date", logged)
    ahead = planter.rng.integers(30, 400, len(future))
    planter.put(future, "last_updated_on", [on + timedelta(days=int(days)) for days in ahead])
    claimed = planter.take("declared_not_in_log", logged & late)
    planter.put(claimed, "last_updated_on", [on - timedelta(days=1)] * len(claimed))
    wrong = planter.take("method_contradiction", mounted)
    methods = planter.rows["sharing_method"].iloc[wrong]
    contradicting = ["文件" if "接口" in method else "接口" for method in methods]
    planter.put(wrong, "sharing_method", contradicting)
    padded = planter.take("padded_label")
    planter.put(
        padded, "update_cycle", [f"{planter.rows['update_cycle'].iloc[row]} " for row in padded]
    )


def _extra_rows(planter: Planter) -> pd.DataFrame:
    """Further rows, which stand at the end of their sender's file."""
    rows = planter.rows
    copies = rows.iloc[planter.take("exact_duplicate")]
    conflicts = rows.iloc[planter.take("conflicting_duplicate")]
    conflicts = conflicts.assign(name=conflicts["name"] + "（修订）")
    # Files are taken in by name, and the owner's must come before the borrower's.
    senders = rows["sender"].to_numpy()
    owned = planter.take("foreign_code", senders > senders.min())
    borrowed = [
        planter.rng.choice(np.flatnonzero(planter.free & (senders < senders[row]))) for row in owned
    ]
    foreign = rows.iloc[owned]
    foreign = foreign.assign(
        catalogue_code=rows["catalogue_code"].iloc[borrowed].to_numpy(),
        name=foreign["name"] + "（借用代码）",
    )
    return pd.concat([copies, conflicts, foreign], ignore_index=True)


def plant_catalogue(
    seed: int,
    rows: pd.DataFrame,
    entries: pd.DataFrame,
    organisations: list[Organisation],
    on: date,
    wanted: dict[str, int],
) -> tuple[pd.DataFrame, Counter[str]]:
    """The rows with their faults, further rows last, and the number of each fault.

    `wanted` says how many of each fault to plant.
    """
    planter = Planter(stream(seed, Stream.defect, 0), rows.copy(), wanted)
    _plant_names(planter, organisations)
    _plant_values(planter, entries, on)
    _plant_keys(planter, organisations)
    extra = _extra_rows(planter)
    return pd.concat([planter.rows, extra], ignore_index=True), planter.planted


def full_width(number: int) -> str:
    """The number in full-width digits, as some input methods write it."""
    return str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def with_unit(number: int) -> str:
    """The number with the unit that people write behind it."""
    return f"{number // 10_000}万条" if number >= 100_000 else f"{number}条"


def plant_resources(
    seed: int, rows: pd.DataFrame, wanted: dict[str, int]
) -> tuple[pd.DataFrame, Counter[str]]:
    """The same for the rows of 挂载资源."""
    planter = Planter(stream(seed, Stream.defect, 1), rows.copy(), wanted)
    counts = rows["row_count"].tolist()
    units = planter.take("resource_unit")
    planter.put(units, "row_count", [with_unit(counts[row]) for row in units])
    wide = planter.take("resource_full_width")
    planter.put(wide, "row_count", [full_width(counts[row]) for row in wide])
    orphans = planter.take("resource_orphan", (rows["mount_status"] == "未挂载").to_numpy())
    unknown_codes = [f"{rows['catalogue_code'].iloc[row][:9]}999999999" for row in orphans]
    planter.put(orphans, "catalogue_code", unknown_codes)
    copies = planter.rows.iloc[planter.take("resource_duplicate")]
    return pd.concat([planter.rows, copies], ignore_index=True), planter.planted
