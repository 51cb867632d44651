"""The scoreboard: the counts and rates of every scope, with target, rank and trend.

Nothing here decides an outcome; every number is counted from the rows of assessments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from sharing_pipeline.assessment.assess import Assessed
from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.store.engine import Engine

MOMENTS = ("night", "month_end", "quarter_end")
"""What a trend compares with: the night before, the end of the last month and of the last
quarter."""

WHOLE = ("all", "全市")
"""Code and name of the scope of the whole city."""

_SCOPE = pa.schema(
    [
        (name, pa.string())
        for name in ("scope_type", "scope_code", "scope_name", "rank_group", "org_code")
    ]
)


_EARLIER = pa.schema(
    [
        *[(name, pa.string()) for name in ("moment", "definition", "scope_type", "scope_code")],
        ("hundredths", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Earlier:
    """The scoreboard of an earlier night to compare with; `moment` is one of MOMENTS."""

    moment: str
    path: Path


def earlier_days(day: date) -> dict[str, date]:
    """For each of MOMENTS, the business date with which a day's trend compares."""
    month_end = day.replace(day=1) - timedelta(days=1)
    quarter_start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return dict(
        zip(
            MOMENTS,
            (day - timedelta(days=1), month_end, quarter_start - timedelta(days=1)),
            strict=True,
        )
    )


def score(
    engine: Engine,
    day: date,
    assessed: Iterable[Assessed],
    organisations: Organisations,
    earlier: Iterable[Earlier],
) -> None:
    """Makes the tables `assessment` and `scoreboard` (without revisions) in the engine."""
    assessed = list(assessed)
    engine.load_parquet("assessment", [assessment.path for assessment in assessed])
    engine.load("night", pa.table({"as_of": pa.array([day], pa.date32())}))
    _load_targets(engine, assessed)
    with_subjects = [code for (code,) in engine.distinct("assessment", "org_code")]
    engine.load("scope", scopes(organisations, day, with_subjects))
    _load_earlier(engine, earlier)
    engine.create("counted", "figures/counted")
    engine.create("rated", "figures/rated")
    engine.create("scoreboard", "figures/scoreboard")


def _load_targets(engine: Engine, assessed: Iterable[Assessed]) -> None:
    rows = [
        {
            "definition": definition.id,
            "indicator": definition.indicator,
            "target_percent": definition.target_text,
            "target_numerator": definition.target_numerator,
            "target_denominator": definition.target_denominator,
        }
        for definition in (assessment.definition for assessment in assessed)
    ]
    engine.load("target", pa.Table.from_pylist(rows))


def scopes(organisations: Organisations, day: date, with_subjects: Iterable[str]) -> pa.Table:
    """Which organisations count in which scope, in rows of scope_type, scope_code, scope_name,
    rank_group (scopes of the same group are ranked together) and org_code.

    Organisations that are valid on the day count, and those that have subjects.
    """
    valid = [
        organisation.org_code
        for organisation in organisations.by_code.values()
        if organisation.valid_on(day)
    ]
    codes = sorted({*valid, *with_subjects})
    counted = set(codes)
    rows: list[dict[str, str | None]] = []
    for code in codes:
        known = organisations.by_code.get(code)
        level, region = (known.level, known.region) if known else (None, None)
        rows.append(_scope("org", code, _name(organisations, code), level or "", code))
        rows += [
            _scope("org_tree", above, _name(organisations, above), "", code)
            for above in organisations.ancestors(code, day)
            if above in counted
        ]
        if region:
            rows.append(_scope("region", region, region, "region", code))
        if level:
            rows.append(_scope("level", level, level, "", code))
        rows.append(_scope(WHOLE[0], WHOLE[0], WHOLE[1], "", code))
    return pa.Table.from_pylist(rows, schema=_SCOPE)


def _scope(
    scope_type: str, code: str, name: str, group: str, org_code: str
) -> dict[str, str | None]:
    return {
        "scope_type": scope_type, "scope_code": code, "scope_name": name, "rank_group": group,
        "org_code": org_code,
    }  # fmt: skip


def _name(organisations: Organisations, code: str) -> str:
    known = organisations.by_code.get(code)
    return known.org_name if known else code


def _load_earlier(engine: Engine, earlier: Iterable[Earlier]) -> None:
    engine.load("earlier", _EARLIER.empty_table())
    for board in earlier:
        engine.view_parquet("earlier_scoreboard", [board.path])
        engine.insert("earlier", "figures/earlier", moment=board.moment)


def attainment(rows: Iterable[Mapping[str, object]], targets: int) -> dict[str, dict[int, int]]:
    """How many organisations, and how many regions, reach all, …, 2, 1 or 0 of the targets.

    `targets` is the number of targets, one for each indicator. `rows` are scoreboard rows of the
    official definitions with scope_type, scope_code, denominator and attained. An organisation
    without subjects for any indicator is left out.
    """
    reached: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        kind, code = str(row["scope_type"]), str(row["scope_code"])
        if kind in ("org", "region") and row["denominator"]:
            reached.setdefault((kind, code), []).append(bool(row["attained"]))
    counts = {kind: dict.fromkeys(range(targets, -1, -1), 0) for kind in ("org", "region")}
    for (kind, _), attained in reached.items():
        counts[kind][sum(attained)] += 1
    return counts
