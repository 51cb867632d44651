"""Scoreboard, target and rank (indicators.md §5), counted from assessments in exact fractions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from tests.reference.city import City
from tests.reference.organisations import Organisations

WHOLE = "全市"


def scoreboard(
    city: City,
    as_of: date,
    definitions: list[dict],
    assessments: list[dict],
    previous: list[dict] | None = None,
) -> list[dict]:
    """The rows of `scoreboard` on D; `previous` is the scoreboard of the night before, if any."""
    organisations = Organisations(city.organisations)
    scopes = _scopes(organisations, as_of, assessments)
    rows: list[dict] = []
    for definition in definitions:
        counted = [row for row in assessments if row["definition"] == definition["id"]]
        board = [_row(as_of, definition, *scope, counted) for scope in scopes]
        _rank(board, organisations)
        rows.extend(board)
    for row in rows:
        row["change_from_previous_night"] = _change(row, previous or [])
    return sorted(rows, key=lambda row: (row["definition"], row["scope_type"], row["scope_code"]))


def _scopes(
    organisations: Organisations, as_of: date, assessments: list[dict]
) -> list[tuple[str, str, str, set[str]]]:
    """Every scope as (scope_type, scope_code, scope_name, its organisations)."""
    with_subjects = {row["org_code"] for row in assessments}
    shown = [
        code
        for code in organisations.rows
        if organisations.is_valid(code, as_of) or code in with_subjects
    ]
    scopes = []
    for code in shown:
        name = organisations.rows[code]["org_name"]
        scopes.append(("org", code, name, {code}))
        scopes.append(("org_tree", code, name, organisations.with_all_below(code, as_of)))
    for scope_type in ("region", "level"):
        # by equality of the organisation's own field
        values = {organisations.rows[code].get(scope_type, "") for code in shown} - {""}
        for value in sorted(values):
            members = {
                code for code, row in organisations.rows.items() if row.get(scope_type, "") == value
            }
            scopes.append((scope_type, value, value, members))
    scopes.append(("all", "all", WHOLE, set(organisations.rows)))
    return scopes


def _row(
    as_of: date,
    definition: dict,
    scope_type: str,
    scope_code: str,
    scope_name: str,
    members: set[str],
    assessments: list[dict],
) -> dict:
    """The figures of a scope. Its rate is Σ numerator ÷ Σ denominator, never a mean of rates."""
    outcomes = [row["outcome"] for row in assessments if row["org_code"] in members]
    numerator, missed = outcomes.count("met"), outcomes.count("missed")
    target = Fraction(str(definition["target_percent"]))
    return {
        "as_of": as_of,
        "indicator": definition["indicator"],
        "definition": definition["id"],
        "scope_type": scope_type,
        "scope_code": scope_code,
        "scope_name": scope_name,
        "numerator": numerator,
        "denominator": numerator + missed,
        "excluded": outcomes.count("excluded"),
        "rate_display": rate_display(numerator, numerator + missed),
        "target_percent": str(definition["target_percent"]),
        "attained": attained(numerator, numerator + missed, target),
        "shortfall": shortfall(numerator, numerator + missed, target),
        "rank": None,
        "change_from_previous_night": "",
        "revision": 1,
    }


def rate_display(numerator: int, denominator: int) -> str:
    """The rate in percent, rounded down to two decimals, without a % sign; empty without
    subjects."""
    if denominator == 0:
        return ""
    hundredths = floor(Fraction(numerator, denominator) * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def attained(numerator: int, denominator: int, target_percent: Fraction) -> bool:
    """Whether the exact rate is not below the target; never without subjects."""
    return denominator > 0 and numerator * 100 >= target_percent * denominator


def shortfall(numerator: int, denominator: int, target_percent: Fraction) -> int:
    """How many more subjects must be met to reach the target with the same denominator."""
    return max(0, ceil(target_percent * denominator / 100) - numerator)


def _rank(board: list[dict], organisations: Organisations) -> None:
    """Ranks by the exact rate; ties share a rank (1, 2, 2, 4). Only rows with subjects are ranked.

    Organisations are ranked among those of the same level, and regions among regions.
    """
    groups: dict[tuple[str, str], list[dict]] = {}
    for row in board:
        if row["denominator"] == 0:
            continue
        if row["scope_type"] == "org":
            level = organisations.rows[row["scope_code"]].get("level", "")
            groups.setdefault(("org", level), []).append(row)
        elif row["scope_type"] == "region":
            groups.setdefault(("region", ""), []).append(row)
    for group in groups.values():
        rates = [Fraction(row["numerator"], row["denominator"]) for row in group]
        for row, rate in zip(group, rates, strict=True):
            row["rank"] = 1 + sum(higher > rate for higher in rates)


def _change(row: dict, previous: list[dict]) -> str:
    """The difference of the displayed rates in percentage points; empty if either is missing."""
    key = ("definition", "scope_type", "scope_code")
    for before in previous:
        if all(before[name] == row[name] for name in key):
            if before["rate_display"] and row["rate_display"]:
                return str(Decimal(row["rate_display"]) - Decimal(before["rate_display"]))
            return ""
    return ""
