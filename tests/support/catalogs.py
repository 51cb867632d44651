"""The catalog that ships, a catalog with another source, and the folder of real input files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.settings import PROJECT

CATALOG = PROJECT / "catalog"
CONTRACTS = load_contracts(CATALOG)
SHARED_DATA = Path(os.environ.get("SHARED_DATA") or PROJECT.parent / "shared" / "data")


def catalog_with(tmp_path: Path, yaml: str, name: str = "portal") -> Path:
    """A catalog folder with this source alone."""
    shutil.copytree(CATALOG / "contracts", tmp_path / "contracts")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / f"{name}.yaml").write_text(yaml, encoding="utf-8")
    return tmp_path
