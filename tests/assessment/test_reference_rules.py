"""Each sentence of indicators.md §§2–4, by the reference and by the pipeline."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from tests.conftest import Engine
from tests.support.cases import Case, Pack
from tests.support.pipeline import TextRow
from tests.support.rules import deadlines, demand, mount, update

CASES = [*mount.RULES, *update.RULES, *deadlines.RULES, *demand.RULES]


@pytest.fixture(scope="module")
def answers(engine: Engine) -> dict[str, TextRow]:
    """Case → its assessment row; all cases of one D share one night."""
    by_day: dict[date, list[Case]] = defaultdict(list)
    for case in CASES:
        by_day[case.as_of].append(case)
    found = {}
    for as_of, cases in by_day.items():
        pack = Pack(cases)
        rows, _ = engine(pack.city, as_of, pack.definitions)
        keyed = {(row["definition"], row["subject_id"]): row for row in rows}
        found.update({about: keyed[key] for about, key in pack.keys.items()})
    return found


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.about for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.about) for case in CASES])
def test_rule(case: Case, answers: dict[str, TextRow]) -> None:
    row = answers[case.about]
    assert {name: row[name] for name in case.expected} == case.expected
