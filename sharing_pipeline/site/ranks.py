"""Rankings of regions and organisations, as the scoreboard ranks them, and what to call them.

Ranks, rates and shortfalls are the scoreboard's; here they are only sorted into tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sharing_pipeline.catalog.organisations import Organisations
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.site.published_night import Figure, PageContents, Row
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake

OPEN_UP_TO = 20
"""Rankings with more names than this are folded until somebody opens them."""

_LEVELS = ("省", "市", "县")
_GOVERNMENT = ("人民政府", "管理委员会")


@dataclass(frozen=True)
class Ranked:
    """One row of a ranking: the scoreboard's row under the name that people know."""

    name: str
    code: str
    row: Row


@dataclass(frozen=True)
class Ranking:
    """One indicator's ranking of one kind: the best first, who has no subjects apart."""

    title: str
    ranked: list[Ranked]
    without: list[str]

    @property
    def attained(self) -> int:
        """How many of the ranked reach the target."""
        return sum(ranked.row["attained"] for ranked in self.ranked)

    @property
    def missed(self) -> int:
        """How many of the ranked don't."""
        return len(self.ranked) - self.attained

    @property
    def is_open(self) -> bool:
        """Whether it is short enough to be shown unfolded."""
        return len(self.ranked) + len(self.without) <= OPEN_UP_TO


def read_rankings(page: PageContents) -> list[tuple[Figure, list[Ranking]]]:
    """Each indicator's rankings: regions, then organisations level by level."""
    levels = organisation_levels(page)
    return [(figure, _rankings(figure, page, levels)) for figure in page.figures]


def _rankings(figure: Figure, page: PageContents, levels: dict[str, str]) -> list[Ranking]:
    regions = figure.rows("region")
    names = region_names(page.organisations, page.day, [row["scope_code"] for row in regions])
    organisations: dict[str, list[Ranked]] = {}
    for row in figure.rows("org"):
        level = levels.get(row["scope_code"], "")
        organisations.setdefault(level, []).append(
            Ranked(row["scope_name"], row["scope_code"], row)
        )
    ordered = sorted(organisations, key=_place)
    tables = [
        _ranking("地区", [Ranked(names[r["scope_code"]], r["scope_code"], r) for r in regions])
    ]
    tables += [_ranking(_level_title(level), organisations[level]) for level in ordered]
    return [table for table in tables if table.ranked or table.without]


def _ranking(title: str, everyone: Iterable[Ranked]) -> Ranking:
    listed = list(everyone)
    ranked = [scope for scope in listed if scope.row["rank"] is not None]
    ranked.sort(key=lambda scope: (scope.row["rank"], -scope.row["denominator"], scope.code))
    return Ranking(title, ranked, [scope.name for scope in listed if scope.row["rank"] is None])


def _place(level: str) -> tuple[int, str]:
    return (_LEVELS.index(level) if level in _LEVELS else len(_LEVELS), level)


def _level_title(level: str) -> str:
    return f"{level}级机构" if level else "未注明级别的机构"


def organisation_levels(page: PageContents) -> dict[str, str]:
    """Each organisation's level; departments that only a portal names have their source's."""
    levels = {
        code: organisation.level or "" for code, organisation in page.organisations.by_code.items()
    }
    columns = {"source": "VARCHAR", "org_code": "VARCHAR"}
    with Engine(page.settings) as engine:
        path = Lake(page.settings).path(page.night.facts["catalogue"])
        engine.load_files("entries", [path], columns)
        named = engine.distinct("entries", "source", "org_code")
    for source, code in named:
        if code not in levels:
            levels[code] = load_source(page.settings.catalog, source).organisation_level or ""
    return levels


def region_names(organisations: Organisations, day: date, codes: Iterable[str]) -> dict[str, str]:
    """What people call each region.

    A region written in words is called that. One written as a code is called after its highest
    organisation (信州区人民政府 → 信州区); where other regions are below it, only the city's own
    departments are meant (上饶市本级).
    """
    heads: dict[str, list[str]] = {}
    parents: set[str] = set()
    regions = {code: organisation.region for code, organisation in organisations.by_code.items()}
    for organisation in organisations.by_code.values():
        if not organisation.valid_on(day) or not organisation.region:
            continue
        above = regions.get(organisation.parent or "")
        if above != organisation.region:
            heads.setdefault(organisation.region, []).append(organisation.org_name)
            parents.add(above or "")
    return {code: _called(code, heads.get(code, []), code in parents) for code in codes}


def _called(code: str, heads: list[str], has_regions_below: bool) -> str:
    if not code.isascii() or len(heads) != 1:
        return code
    name = heads[0]
    for ending in _GOVERNMENT:
        name = name.removesuffix(ending)
    return f"{name}本级" if has_regions_below else name
