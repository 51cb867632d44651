"""Random submissions of catalogues and resources: replaced, moved, broken and repeated rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.reference import File
from tests.reference.city import Row
from tests.support.draw import Draw
from tests.support.random_rows import random_entry, random_resources


@dataclass
class Plan:
    """What the second catalogue file changes, as far as the resource files must respect it."""

    first_on: date
    first_file: str
    families: list[set[str]]
    """Groups of organisations that succeed each other, which send their rows together."""
    unsettled: set[str] = field(default_factory=set)
    """Organisations between which entries moved: their resources are sent only once."""
    anchors: dict[str, str] = field(default_factory=dict)
    """Organisation → an entry that it has in every file."""
    added: set[str] = field(default_factory=set)


def random_catalogues(
    draw: Draw, prefix: str, organisations: list[Row]
) -> tuple[list[File], dict[str, Row], Plan]:
    """One or two catalogue files, every entry by code, and the plan for the resource files."""
    first_on = draw.as_of - timedelta(days=draw.random.choice((1, 5, 30, 90)))
    first_file = f"{prefix}-a目录-{_suffix(draw, first_on)}"
    plan = Plan(first_on, first_file, _families(organisations))
    codes = [row["org_code"] for row in organisations]
    entries = {}
    for number in range(draw.random.randrange(10, 61)):
        code = f"{prefix}-E{number:03d}"
        entries[code] = random_entry(draw, code, draw.random.choice(codes))
    for code, entry in entries.items():
        plan.anchors.setdefault(entry["org_code"], code)
    first = [*entries.values(), *_noise(draw, prefix, list(entries.values()))]
    files = [File(plan.first_file, first)]
    if draw.chance(0.65):
        second_on, second = _second_file(draw, prefix, organisations, entries, plan)
        if second:
            files.append(File(f"{prefix}-b目录{second_on}.{_ending(draw)}", second))
    return files, entries, plan


def _suffix(draw: Draw, day: date) -> str:
    written = str(day) if draw.chance(0.5) else day.strftime("%Y%m%d")
    return f"{written}.{_ending(draw)}"


def _ending(draw: Draw) -> str:
    return draw.pick({"csv": 4, "xlsx": 1, "json": 1})


def _noise(draw: Draw, prefix: str, rows: list[Row]) -> list[Row]:
    """Rows that must change nothing: duplicates, conflicts, unknown or empty keys."""
    stranger = {**rows[0], "catalogue_code": f"{prefix}-E998", "org_code": f"{prefix}-O99"}
    orphan = {**rows[0], "catalogue_code": f"{prefix}-E999", "org_code": ""}
    conflict = {**draw.random.choice(rows), "publish_status": "已撤销", "summary": "另一行"}
    noise = [dict(draw.random.choice(rows)), conflict, stranger, orphan]
    noise.append({**rows[0], "catalogue_code": ""})
    return [row for row in noise if draw.chance(0.6)]


def _second_file(
    draw: Draw, prefix: str, organisations: list[Row], entries: dict[str, Row], plan: Plan
) -> tuple[str, list[Row]]:
    """A later full submission by some of the organisations: the date in its name, and its rows."""
    days = draw.random.choice((-20, -2, -1, -1, 0, 0, 1, 5))
    second_on = max(plan.first_on, draw.as_of + timedelta(days=days))
    covered = {code for family in plan.families if draw.chance(0.6) for code in family}
    rows: list[Row] = []
    for code, entry in list(entries.items()):
        if entry["org_code"] in covered:
            rows += _later_rows(draw, prefix, entry, keep=code in plan.anchors.values())
        elif covered and draw.chance(0.05):  # owned by another organisation
            rows.append({**entry, "org_code": draw.random.choice(sorted(covered))})
    for number in range(draw.random.randrange(4)):
        if covered:
            code = f"{prefix}-N{number:03d}"
            entries[code] = random_entry(draw, code, draw.random.choice(sorted(covered)))
            rows.append(entries[code])
            plan.added.add(code)
    # Ownership is decided when a file is taken in, perhaps a night before D: no moves on D itself.
    if second_on < draw.as_of and draw.chance(0.5):
        _move(draw, organisations, covered, rows, plan)
    undated = second_on == draw.as_of and draw.chance(0.5)
    return "" if undated else f"-{second_on}", rows


def _families(organisations: list[Row]) -> list[set[str]]:
    """Organisations joined by succession, which report together or not at all."""
    families = [{row["org_code"]} for row in organisations]
    for row in organisations:
        pair = {row["org_code"], row.get("successor") or row["org_code"]}
        joined = [family for family in families if family & pair]
        families = [family for family in families if not family & pair]
        families.append(set().union(*joined))
    return sorted(families, key=min)


def _later_rows(draw: Draw, prefix: str, entry: Row, keep: bool) -> list[Row]:
    """The rows of an entry in the next file: mostly the same row, sometimes a changed one."""
    if keep:
        return [entry]
    kind = draw.random.random()
    if kind < 0.6:
        return [entry]
    if kind < 0.8:
        return [random_entry(draw, entry["catalogue_code"], entry["org_code"])]
    if kind < 0.87:  # quarantined: the last accepted row stays in force
        return [{**entry, "org_code": f"{prefix}-O99", "publish_status": "草稿"}]
    if kind < 0.93:  # the first of two conflicting rows stays
        return [entry, {**entry, "publish_status": "草稿", "summary": "另一行"}]
    return []  # gone


def _move(
    draw: Draw, organisations: list[Row], covered: set[str], rows: list[Row], plan: Plan
) -> None:
    """Moves up to two entries of an organisation to its successor or to another organisation."""
    successors = {row["org_code"]: row.get("successor", "") for row in organisations}
    sender = draw.random.choice(sorted(covered)) if covered else ""
    alone = [code for code in sorted(covered) if not successors[code]]
    receiver = successors.get(sender) or draw.random.choice([*alone, ""])
    if not sender or not receiver or sender == receiver:
        return
    times = Counter(row["catalogue_code"] for row in rows)
    movable = [
        row
        for row in rows
        if row["org_code"] == sender
        and row["catalogue_code"] not in plan.anchors.values()
        and times[row["catalogue_code"]] == 1
    ]
    for row in draw.random.sample(movable, min(len(movable), 2)):
        rows[rows.index(row)] = {**row, "org_code": receiver}
        plan.unsettled |= {sender, receiver}


def random_resource_files(
    draw: Draw, prefix: str, entries: dict[str, Row], plan: Plan
) -> tuple[list[File], dict[str, Row]]:
    """One or two resource files, and all resources by code."""
    resources = {
        row["resource_id"]: row for entry in entries.values()
        for row in random_resources(draw, entry)
    }  # fmt: skip
    first = [dict(row) for row in resources.values()]
    if first:
        first.append(dict(draw.random.choice(first)))
        first.append({**draw.random.choice(first), "resource_status": "停用", "location": "别处"})
        first.append({**first[0], "resource_id": f"{prefix}-R999", "catalogue_code": "UNKNOWN"})
        first.append({**first[0], "resource_id": ""})
        first.append({**first[0], "resource_id": f"{prefix}-R998", "catalogue_code": ""})
    in_one_workbook = plan.first_file.endswith(".xlsx")
    name = f"{prefix}-c资源-{plan.first_on}.{_ending(draw)}"
    files = [File(plan.first_file if in_one_workbook else name, first)]
    if draw.chance(0.5):
        day = plan.first_on + timedelta(days=draw.random.choice((0, 1, 5, 30, 95)))
        second = _second_resources(draw, entries, resources, plan)
        files.append(File(f"{prefix}-d资源-{day}.csv", second))
    return [file for file in files if file.rows], resources


def _second_resources(
    draw: Draw, entries: dict[str, Row], resources: dict[str, Row], plan: Plan
) -> list[Row]:
    """A later full submission of some organisations whose entries don't move.

    It lists the resources of the entry that they have in every file, so that the submission is
    surely theirs, and those of the entries that came with the second catalogue.
    """
    under: dict[str, list[Row]] = {}
    for row in resources.values():
        under.setdefault(row["catalogue_code"], []).append(row)
    rows: list[Row] = []
    anchored = {org for org, anchor in plan.anchors.items() if anchor in under} - plan.unsettled
    families = [family for family in plan.families if family <= anchored and draw.chance(0.6)]
    for org in sorted(set().union(*families)):
        anchor = plan.anchors[org]
        rows += under[anchor]
        for code, entry in entries.items():
            if entry["org_code"] != org or code == anchor:
                continue
            for row in under.get(code, []):
                kind = 1.0 if code in plan.added else draw.random.random()
                if kind < 0.2:
                    rows.append({**row, "resource_status": "已下线"})
                elif kind < 0.3:
                    rows.append({**row, "mount_status": "变更待审核", "mounted_on": ""})
                elif kind > 0.4:
                    rows.append(row)
    return rows
