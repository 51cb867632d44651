"""Where a bug is written down, so that a user sees a single line and a developer the traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sharing_pipeline.settings import system_clock


def keep_report(home: Path, text: str) -> Path:
    """Writes `text` to a new file under the home folder's logs/, else to one that can be written.

    Gives the file's path.
    """
    try:
        folder = home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return _write(folder, text)
    except OSError:
        return _write(Path(tempfile.mkdtemp(prefix="sharing-")), text)


def _write(folder: Path, text: str) -> Path:
    stamp = f"sharing-{system_clock():%Y%m%d-%H%M%S}"
    number = 1
    while True:
        path = folder / (f"{stamp}.log" if number == 1 else f"{stamp}-{number}.log")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path
