"""The lake: immutable files, written whole under a name that nobody had before.

Nothing is renamed, overwritten or listed: readers get names from the ledger, so this works
on an object store too, and a killed run leaves at worst files that nobody knows (leftovers.py).
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from pathlib import Path

from sqlalchemy.orm import Session

from sharing_pipeline.settings import Settings
from sharing_pipeline.store.ledger import LakeDigest

RECEIVED = "received"
"""The folder of the received bytes; every other folder is a kind of table."""


class Lake:
    """Names and paths under the lake folder. Ledger rows hold names, code holds paths."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.lake

    def new(self, kind: str, suffix: str = ".parquet") -> Path:
        """A path that no file has had yet; its folder exists."""
        folder = self.root / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{uuid.uuid4().hex}{suffix}"

    def name(self, path: Path) -> str:
        """A file's name in the ledger: its path below the lake, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def note(self, session: Session, path: Path) -> str:
        """Notes in the ledger what a finished file's bytes are; its name, for the row that says
        what is in it."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        name = self.name(path)
        session.add(LakeDigest(path=name, sha256=digest, size=path.stat().st_size))
        return name

    def path(self, name: str) -> Path:
        """The file behind a ledger's name."""
        return self.root / name

    def keep_bytes(self, origin: Path) -> str:
        """Keeps a received file's bytes under their hash, and gives it; the same are kept once.

        What is hashed is what was copied, whatever happens to the file meanwhile.
        """
        folder = self.root / RECEIVED
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{uuid.uuid4().hex}.partial"
        try:
            shutil.copyfile(origin, partial)
            with partial.open("rb") as copy:
                digest = hashlib.file_digest(copy, "sha256").hexdigest()
            kept = self.received(digest)
            if not kept.exists():
                kept.parent.mkdir(exist_ok=True)
                partial.replace(kept)
        finally:
            partial.unlink(missing_ok=True)
        return digest

    def received(self, sha256: str) -> Path:
        """Where the received bytes with this hash are kept."""
        return self.root / RECEIVED / sha256[:2] / sha256
