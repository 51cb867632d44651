"""Runs the real pipeline for tests that compare it with the reference: files in, tables out.

These tests know nothing of it but `run` and rows of text as `sharing export` prints them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings
from tests.reference import City
from tests.support.inbox import write_inbox

TextRow = dict[str, str]


def official_definitions() -> list[dict[str, Any]]:
    """The definitions that ship, as their YAML files have them."""
    files = sorted((PROJECT / "catalog" / "definitions").glob("*.yaml"))
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    return [definition for definition in read if definition["official"]]


def run(
    city: City, as_of: date, definitions: Sequence[dict[str, Any]], folder: Path
) -> tuple[list[TextRow], list[TextRow]]:
    """Assessment and scoreboard of D under these definitions, after a nightly run in `folder`.

    The first run in a folder puts the city's files into its inbox; a later run is a later night.
    """
    from sharing_pipeline.night import run_night

    settings = Settings(home=folder / "home", catalog=folder / "catalog")
    if not settings.home.exists():
        _write_catalog(settings.catalog, definitions)
        write_inbox(city, settings.home)
    run_night(
        settings,
        as_of,
        clock=lambda: (
            datetime.combine(as_of, datetime.min.time(), SHANGHAI) + timedelta(days=1, hours=2)
        ),
        definitions=[
            definition["id"] for definition in definitions if not definition.get("official")
        ],
    )
    ids = [definition["id"] for definition in definitions]
    return (
        _export(settings, "assessment", as_of, ids),
        _export(settings, "scoreboard", as_of, ids),
    )


def _write_catalog(catalog: Path, definitions: Sequence[dict[str, Any]]) -> None:
    """The project's catalog with these definitions beside the ones that ship."""
    shutil.copytree(PROJECT / "catalog", catalog)
    for number, definition in enumerate(definitions):
        if not definition.get("official"):
            text = yaml.safe_dump(definition, allow_unicode=True, sort_keys=False)
            (catalog / "definitions" / f"test-{number}.yaml").write_text(text, encoding="utf-8")


def _export(settings: Settings, table: str, as_of: date, ids: Sequence[str]) -> list[TextRow]:
    from sharing_pipeline.published.tables import Published
    from sharing_pipeline.store.ledger import Ledger

    published = Published(settings, Ledger.open(settings))
    rows: list[TextRow] = []
    for definition in ids:
        rows.extend(as_text(published.table(table, as_of, definition).to_pylist()))
    return rows


def as_text(rows: list[dict[str, Any]]) -> list[TextRow]:
    """Rows as `sharing export --format csv` prints them."""
    return [{name: _text(value) for name, value in row.items()} for row in rows]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
