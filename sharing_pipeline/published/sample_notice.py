"""Whether what is shown was made up by sharing_pipeline/sample/, and the words that say so.

Whatever shows or hands out figures asks here, so that no made-up figure is taken for a real one.
"""

from __future__ import annotations

from sqlalchemy import select

from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import LakeFile, Ledger

MARK = "（样例）"
"""What sharing_pipeline/sample/ puts before every summary that it makes up."""

NATURE = "数据性质"
"""The name of the entry that says so, where entries have names."""

_RECEIVED = "rows_catalogue"


def count_made_up(settings: Settings, catalogue: str) -> tuple[int, int]:
    """How many entries a catalogue of the lake has, and how many are marked as made up."""
    with Engine(settings) as engine:
        columns = {"key": "VARCHAR", "summary": "VARCHAR"}
        engine.load_files("entries", [Lake(settings).path(catalogue)], columns)
        marked = "CASE WHEN starts_with(summary, ?) THEN key END"
        ((entries, made_up),) = engine.rows(
            f"SELECT count(DISTINCT key), count(DISTINCT {marked}) FROM entries", [MARK]
        )
    return entries, made_up


def nature_in_force(settings: Settings, catalogue: str) -> str:
    """Says that the entries in force are made up; empty where none is."""
    entries, made_up = count_made_up(settings, catalogue)
    if not made_up:
        return ""
    return f"样例数据（虚构），不是真实情况：{entries:,} 条目录中 {made_up:,} 条由程序虚构。"


def nature_received(settings: Settings, ledger: Ledger) -> str:
    """Says that the catalogue received last is made up; empty where it isn't."""
    newest = select(LakeFile.path).where(LakeFile.kind == _RECEIVED).order_by(LakeFile.id.desc())
    with ledger.session() as session:
        catalogue = session.scalar(newest.limit(1))
    if catalogue is None or not count_made_up(settings, catalogue)[1]:
        return ""
    return "样例数据（虚构），不是真实情况：最近收到的目录由程序虚构。"
