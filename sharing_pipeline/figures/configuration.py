"""Hashes of the files that people may edit and figures depend on; a publication records them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sharing_pipeline.settings import Settings


def configuration(settings: Settings) -> dict[str, Any]:
    """Hashes of what people may edit: catalog files and SQL."""
    return {
        "catalog": _hash(settings.catalog, "*.yaml") + _hash(settings.catalog, "*.csv"),
        "sql": _hash(settings.warehouse, "*.sql"),
    }


def _hash(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
