"""The ledger knows the bytes of every lake file that it names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from sharing_pipeline.store.lake import RECEIVED
from sharing_pipeline.store.ledger import LakeDigest, LakeFile
from tests.support.night_helpers import D, Home, batch, entry, item, resource

NEXT = "2026-11-23"


def test_every_file_of_the_lake_has_its_digest_in_the_ledger(
    tmp_path: Path, ledger_url: str
) -> None:
    """After a night, a second revision of it, and a log that took the place of another's rows."""
    home = Home(tmp_path, ledger_url=ledger_url)
    home.put("catalogue/目录-2026-11-01.csv", [entry("A-1"), entry("", "B"), entry("B-1", "B")])
    home.put("catalogue/资源-2026-11-01.csv", [resource("R-1", "A-1")])
    home.put("demand/清单.csv", [item("I-1")])
    home.put("exchange_log/log.csv", [batch("b1", "R-1", "2026-11-20 10:00:00")])
    home.night(D)
    home.put("catalogue/迟报-2026-11-22.csv", [entry("A-1"), entry("C-1", "C")])
    home.put("exchange_log/more.csv", [batch("b1", "R-1", "2026-11-20 10:00:00", rows=11)])
    assert [made.revision for made in home.night(D).revisions] == [2, 2, 1]
    home.night(NEXT)
    kept = {name: digest for name, digest in home.lake().items() if not name.startswith(RECEIVED)}
    with home.ledger.session() as session:
        noted = {digest.path: digest for digest in session.scalars(select(LakeDigest))}
        kinds = set(session.scalars(select(LakeFile.kind)))
    assert {name: digest.sha256 for name, digest in noted.items()} == kept
    sizes = {name: (home.settings.lake / name).stat().st_size for name in kept}
    assert {name: digest.size for name, digest in noted.items()} == sizes
    assert {"exchange_log", "exchange_daily", "finding", "log_dropped"} <= kinds
