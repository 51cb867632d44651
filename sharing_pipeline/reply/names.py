"""How reply files are called, and where they go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from sharing_pipeline.reply.write import MACROS
from sharing_pipeline.sheets.raw_table import REPORT_SHEET

_LONGEST_STEM_BYTES = 200
"""Most file systems take 255 bytes, of which the ending needs some."""


def reply_names(file_names: Sequence[str]) -> list[str]:
    """The names of the replies to files that are answered together, folders kept.

    `目录.xlsx` is answered by `目录-校验结果.xlsx`; where two files would get the same name, each
    keeps its own ending in it: `目录.csv-校验结果.xlsx`.
    """
    short = [_named(PurePosixPath(name), whole=False) for name in file_names]
    times = Counter(short)
    return [
        reply_name if times[reply_name] == 1 else _named(PurePosixPath(name), whole=True)
        for name, reply_name in zip(file_names, short, strict=True)
    ]


def _named(file: PurePosixPath, *, whole: bool) -> str:
    stem = file.name if whole else file.name.removesuffix(".gz").rpartition(".")[0] or file.name
    stem = stem.removesuffix(f"-{REPORT_SHEET}")
    stem = stem.encode("utf-8", "replace")[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore")
    ending = MACROS if file.suffix.lower() == MACROS else ".xlsx"
    return file.with_name(f"{stem}-{REPORT_SHEET}{ending}").as_posix()


def unused(path: Path) -> Path:
    """The path, or one with a number where there is a file already: it may hold somebody's work."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
