"""Works out what is in force on D of all that was received (indicators.md §1, inputs.md §5).

The catalogue and the resources are replayed file by file. Demands and log rows are all taken here,
and judged later by their own dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.reference.city import City, File, Row
from tests.reference.organisations import Organisations
from tests.reference.values import day_of


@dataclass
class Accepted:
    """The accepted rows of a file by key, and the keys of its quarantined rows.

    A `full` file replaces what its organisations had; another one adds to it.
    """

    effective_on: date
    rows: dict[str, Row]
    quarantined: set[str]
    full: bool


def catalogue_on(city: City, as_of: date) -> dict[str, Row]:
    """Catalogue entries in force on D by catalogue_code."""
    organisations = Organisations(city.organisations)
    files = [_read(city, file, "catalogue_code", as_of) for file in city.catalogues]
    files.sort(key=lambda file: file.effective_on)  # stable: on the same day by receipt
    for file in files:
        for code, row in list(file.rows.items()):
            if row.get("org_code", "") not in organisations:  # empty or unknown: quarantined
                _quarantine(file, code)
    _quarantine_what_another_organisation_owns(files, organisations)
    in_force: dict[str, Row] = {}
    for file in files:
        if file.effective_on <= as_of:
            _replace(in_force, file, lambda row: row["org_code"])
    return in_force


def resources_on(city: City, as_of: date) -> dict[str, list[Row]]:
    """Resources in force on D, by the catalogue_code under which they are mounted."""
    entries = catalogue_on(city, as_of)
    files = [_read(city, file, "resource_id", as_of) for file in city.resources]
    files.sort(key=lambda file: file.effective_on)
    in_force: dict[str, Row] = {}
    for file in files:
        for resource, row in list(file.rows.items()):
            if not row.get("catalogue_code", ""):  # empty: quarantined
                _quarantine(file, resource)
        if file.effective_on <= as_of:
            # A resource belongs to its entry's organisation; without an entry it is kept.
            _replace(
                in_force, file, lambda row: entries.get(row["catalogue_code"], {}).get("org_code")
            )
    listed: dict[str, list[Row]] = {}
    for row in in_force.values():
        listed.setdefault(row["catalogue_code"], []).append(row)
    return listed


def demands_received(city: City) -> dict[str, Row]:
    """Demand items by demand_id; a later file upserts, and items that it doesn't have stay."""
    organisations = Organisations(city.organisations)
    demands: dict[str, Row] = {}
    for file in city.demands:
        for code, row in _distinct(file.rows, "demand_id")[0].items():
            if row.get("provider_org", "") in organisations:  # empty or unknown: quarantined
                demands[code] = row
    return demands


def log_received(city: City) -> dict[str, list[Row]]:
    """Log rows by resource_id. A batch counts once on the Shanghai date of its start, or else of
    its end."""
    kept: dict[tuple[str, date | None], Row] = {}
    for file in city.logs:
        for row in file.rows:
            if not row.get("batch_id", "") or not row.get("resource_id", ""):
                continue  # empty: quarantined
            started = day_of(row.get("started_at", ""))
            key = (row["batch_id"], started or day_of(row.get("finished_at", "")))
            # A finished row replaces 执行中; otherwise the first received stays.
            if key not in kept or (
                kept[key]["status"] == "执行中" and row["status"] in ("成功", "失败")
            ):
                kept[key] = row
    listed: dict[str, list[Row]] = {}
    for row in kept.values():
        listed.setdefault(row["resource_id"], []).append(row)
    return listed


def _read(city: City, file: File, key: str, as_of: date) -> Accepted:
    """The file's rows, and the day in its name or else the D of the run that took it in."""
    match = re.search(r"(20\d\d)-(\d\d)-(\d\d)|(20\d\d)(\d\d)(\d\d)", file.name)
    if match:
        day = date(*(int(part) for part in match.groups() if part))
    else:
        day = city.taken_in_on or as_of
    rows, conflicting = _distinct(file.rows, key)
    return Accepted(day, rows, conflicting, full="增量" not in file.name)


def _distinct(rows: list[Row], key: str) -> tuple[dict[str, Row], set[str]]:
    """The rows with a key, by key, and the keys that have a conflicting row.

    Exact duplicates count once; of rows with the same key and other cells the first stays.
    """
    kept: dict[str, Row] = {}
    conflicting = set()
    for row in rows:
        code = row.get(key, "")
        if code and code not in kept:
            kept[code] = row
        elif code and not _same_cells(kept[code], row):
            conflicting.add(code)
    return kept, conflicting


def _same_cells(first: Row, second: Row) -> bool:
    return all(
        first.get(name, "").strip() == second.get(name, "").strip() for name in {*first, *second}
    )


def _quarantine(file: Accepted, code: str) -> None:
    del file.rows[code]
    file.quarantined.add(code)


def _quarantine_what_another_organisation_owns(
    files: list[Accepted], organisations: Organisations
) -> None:
    """Quarantines rows whose code another organisation still lists in its own last file.

    So an entry can move once the last file of its old organisation no longer has it. A predecessor
    doesn't count as another organisation.
    """
    last_file = {row["org_code"]: file for file in files for row in file.rows.values()}
    owners: dict[str, str] = {}
    for file in files:
        for code, row in list(file.rows.items()):
            owner, sender = owners.get(code, row["org_code"]), row["org_code"]
            listed = last_file[owner].rows.get(code)
            still_there = listed is not None and listed["org_code"] == owner
            if owner != sender and still_there and not organisations.is_predecessor(owner, sender):
                _quarantine(file, code)
            else:
                owners[code] = sender


def _replace(
    in_force: dict[str, Row], file: Accepted, owner_of: Callable[[Row], str | None]
) -> None:
    """Puts a file into force. A full file replaces all rows of each organisation that has at least
    one accepted row in it; a key whose new row is quarantined keeps its last accepted row."""
    replaced = {owner_of(row) for row in file.rows.values() if file.full} - {None}
    for code, row in list(in_force.items()):
        listed = code in file.rows or code in file.quarantined
        if owner_of(row) in replaced and not listed:
            del in_force[code]
    in_force.update(file.rows)
