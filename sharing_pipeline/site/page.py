"""The first page, site/index.html: one published night, readable offline, without any script.

Brings the parts together and writes the file. What the parts say is in the modules beside
this one, how they look in templates/. Contacts never reach a page.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from sharing_pipeline.errors import UsageError
from sharing_pipeline.published.arrivals import OLD_AFTER_DAYS, missing_and_old
from sharing_pipeline.published.failures import standing_failures
from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import Settings
from sharing_pipeline.site import texts as words
from sharing_pipeline.site.causes import read_causes
from sharing_pipeline.site.drawing import shares
from sharing_pipeline.site.origin import read_origin
from sharing_pipeline.site.published_night import PageContents, read_latest
from sharing_pipeline.site.ranks import read_rankings
from sharing_pipeline.site.rates import read_rates
from sharing_pipeline.store.ledger import Failure, Ledger


def write_page(settings: Settings, ledger: Ledger) -> Path:
    """Writes the page of the latest published night whole, and returns where it is.

    The same published night gives the same bytes: every time on the page is the publication's,
    or that of a failure. Without a published night there are only failures to tell; UsageError
    if there are none either.
    """
    text = _text(settings, ledger)
    settings.site.mkdir(parents=True, exist_ok=True)
    page = settings.site / "index.html"
    partial = settings.site / f".{uuid.uuid4().hex}.part"
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(page)
    finally:
        partial.unlink(missing_ok=True)
    return page


def _text(settings: Settings, ledger: Ledger) -> str:
    failures = standing_failures(ledger)
    try:
        Published(settings, ledger).latest_day()
    except UsageError:
        if not failures:
            raise
        template = _environment().get_template("failures_only.html.j2")
        return template.render(failures=failures, rates=[])
    return render(read_latest(settings, ledger), failures)


def render(page: PageContents, failures: Sequence[Failure] = ()) -> str:
    """The page's HTML; everything in it that others wrote is escaped."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            day=page.day,
            night=page.night,
            failures=failures,
            rates=read_rates(page),
            attainment=_attainment(page),
            rankings=read_rankings(page),
            causes=read_causes(page),
            arrivals=missing_and_old(page.settings, page.ledger, page.day),
            old_after_days=OLD_AFTER_DAYS,
            origin=read_origin(page),
            parameters={
                figure.definition.id: list(figure.definition.parameters.in_words())
                for figure in page.figures
            },
        )
    )


@dataclass(frozen=True)
class Reached:
    """How many organisations or regions reach so many of the targets, and where that is drawn.

    `tone` is the colour's number: 3 for all targets, 0 for none, 2 and 1 for more and less than
    half of them.
    """

    title: str
    count: int
    tone: int
    x: str
    width: str


def _attainment(page: PageContents) -> list[tuple[str, int, list[Reached]]]:
    """Per kind its title, how many there are, and how many of them reach how many targets."""
    rows = []
    for kind, title in (("org", "机构"), ("region", "地区")):
        counts = {int(k): v for k, v in page.night.totals["attainment"][kind].items()}
        numbers = sorted(counts, reverse=True)
        drawn = shares([counts[number] for number in numbers], 100)
        parts = [
            Reached(
                words.items(number) if number else "都没有",
                counts[number],
                _tone(number, numbers[0]),
                x,
                width,
            )
            for number, (x, width) in zip(numbers, drawn, strict=True)
        ]
        rows.append((title, sum(counts.values()), parts))
    return rows


def _tone(reached: int, targets: int) -> int:
    if reached in (0, targets):
        return 3 if reached else 0
    return 2 if 2 * reached > targets else 1


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sharing_pipeline.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        long_date=words.long_date, moment=words.moment, n=words.thousands, items=words.items
    )
    return environment
