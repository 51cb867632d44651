"""Whether the data behind a figure come from sharing_pipeline/sample/, and the notice that says so.

Every page, export and answer that hands out figures asks here, so that nobody takes a figure of
the fictional sample city for a real one.
"""

from __future__ import annotations

from sqlalchemy import select

from sharing_pipeline.settings import Settings
from sharing_pipeline.store.engine import Engine
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import LakeFile, Ledger

MARK = "（样例）"
"""The sample generator puts this before the summary of every entry that it writes."""

NATURE = "数据性质"
"""The name under which a file's metadata or a workbook's sheet carries the notice."""

_RECEIVED = "rows_catalogue"


def count_sample_entries(settings: Settings, catalogue: str) -> tuple[int, int]:
    """How many entries a catalogue of the lake has, and how many carry the sample's mark."""
    with Engine(settings) as engine:
        columns = {"key": "VARCHAR", "summary": "VARCHAR"}
        engine.load_files("entries", [Lake(settings).path(catalogue)], columns)
        ((entries, sample_entries),) = engine.query("published/sample_entries", mark=MARK)
    return entries, sample_entries


def notice_in_force(settings: Settings, catalogue: str) -> str:
    """The notice for the entries in force; empty where none of them is sample data."""
    entries, sample_entries = count_sample_entries(settings, catalogue)
    if not sample_entries:
        return ""
    return f"样例数据（虚构），不是真实情况：{entries:,} 条目录中 {sample_entries:,} 条由程序虚构。"


def notice_received(settings: Settings, ledger: Ledger) -> str:
    """The notice for the catalogue received last; empty where it holds no sample data."""
    newest = select(LakeFile.path).where(LakeFile.kind == _RECEIVED).order_by(LakeFile.id.desc())
    with ledger.session() as session:
        catalogue = session.scalar(newest.limit(1))
    if catalogue is None or not count_sample_entries(settings, catalogue)[1]:
        return ""
    return "样例数据（虚构），不是真实情况：最近收到的目录由程序虚构。"
