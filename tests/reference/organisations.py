"""Organisations and exemptions on D: who answers, who is below whom (indicators.md §1)."""

from __future__ import annotations

from datetime import date

from tests.reference.city import Row
from tests.reference.values import day_of


class Organisations:
    """The list of organisations, by code."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = {row["org_code"]: row for row in rows}

    def __contains__(self, code: str) -> bool:
        return code in self.rows

    def answering(self, code: str, as_of: date) -> str:
        """The organisation that answers for `code` on D: if its valid_to is before D, its
        successor."""
        passed = {code}
        while code in self.rows:
            valid_to = day_of(self.rows[code].get("valid_to", ""))
            successor = self.rows[code].get("successor", "")
            # valid_to is the last valid day; a ring of successors would never end.
            if valid_to is None or valid_to >= as_of or not successor or successor in passed:
                break
            code = successor
            passed.add(code)
        return code

    def is_predecessor(self, old: str, new: str) -> bool:
        """Whether `new` is reached from `old` by following successors."""
        passed = set()
        while old in self.rows and old not in passed:
            passed.add(old)
            old = self.rows[old].get("successor", "")
            if old == new:
                return True
        return False

    def is_valid(self, code: str, as_of: date) -> bool:
        """Whether D lies between valid_from and valid_to, both inclusive; empty means open."""
        row = self.rows[code]
        return holds_on(row.get("valid_from", ""), row.get("valid_to", ""), as_of)

    def parent(self, code: str, as_of: date) -> str:
        """The organisation above on D; a parent with a successor is replaced like any other."""
        parent = self.rows[code].get("parent", "")
        return self.answering(parent, as_of) if parent else ""

    def with_all_below(self, code: str, as_of: date) -> set[str]:
        """`code` and every organisation below it on D."""
        tree = {code}
        while True:
            below = {child for child in self.rows if self.parent(child, as_of) in tree}
            if below <= tree:
                return tree
            tree |= below


def holds_on(first: str, last: str, as_of: date) -> bool:
    """Whether D lies between two days, both inclusive; empty means open."""
    from_day, to_day = day_of(first), day_of(last)
    return (from_day is None or from_day <= as_of) and (to_day is None or as_of <= to_day)


def is_exempt(exemptions: list[Row], subject: str, indicator: str, as_of: date) -> bool:
    """Whether an exemption of this subject from this indicator is in force on D."""
    return any(
        row.get("subject_id", "") == subject
        and row.get("indicator", "") == indicator
        and holds_on(row.get("valid_from", ""), row.get("valid_to", ""), as_of)
        # Without an approver or a reason it is quarantined (inputs.md §5).
        and row.get("approved_by", "")
        and row.get("reason", "")
        for row in exemptions
    )
