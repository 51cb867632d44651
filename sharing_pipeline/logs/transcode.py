"""A received text as UTF-8, written by as many processes as it is worth.

Decoding is the one step of a log that no library here does on two cores, and half of its time.
"""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from gzip import GzipFile
from pathlib import Path
from typing import IO

from sharing_pipeline.isolation.child import Child

_SPLITTABLE = frozenset({"gb18030", "gbk", "gb2312", "big5", "cp950", "big5hkscs"})
"""Encodings in which no character but a line feed or a quote has its byte, so that any line may
begin a part."""
_WORTH_A_PROCESS_BYTES = 32 << 20
_CHUNK_BYTES = 256 << 10  # what fits a processor's cache is decoded in two thirds of the time
_COPIED_BYTES = 16 << 20


def stream_to_utf8(received: GzipFile | IO[bytes], encoding: str, plain: Path) -> None:
    """Writes a stream as UTF-8; what can't be decoded is marked, not lost."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with plain.open("wb") as written:
        while chunk := received.read(_CHUNK_BYTES):
            written.write(decoder.decode(chunk).encode())
        written.write(decoder.decode(b"", final=True).encode())


def file_to_utf8(path: Path, encoding: str, plain: Path, processes: int) -> list[Path]:
    """The same of a whole csv, with up to so many processes; the files that it became, in order.

    They are `plain` and others beside it; each but the first begins with a record, as far as
    the quotes before it tell: every opened one has been closed.
    """
    with ExitStack() as stack:
        helped = []
        (begin, end), *others = _parts(path, encoding, processes)
        for number, (first, last) in enumerate(others, start=1):
            helper, part = Child(), plain.with_name(f"{plain.name}.{number}")
            stack.callback(helper.end)
            with suppress(ConnectionError):  # it has died, as asking for its result will show
                helper.ask(_part_to_utf8, path, encoding, first, last, part)
            helped.append((helper, (path, encoding, first, last, part)))
        written, quotes = [plain], _part_to_utf8(path, encoding, begin, end, plain)
        for helper, task in helped:
            try:
                more = helper.answer()
            except (EOFError, ConnectionError):  # the fault shows here again
                more = _part_to_utf8(*task)
            if quotes % 2:
                _append(task[-1], written[-1])
            else:
                written.append(task[-1])
            quotes += more
    return written


def _part_to_utf8(path: Path, encoding: str, begin: int, end: int | None, plain: Path) -> int:
    """Writes the bytes from `begin` to `end`, where a line begins; their quotes, uncounted in the
    last part, whose `end` is None."""
    with path.open("rb") as received:
        received.seek(begin)
        if end is None:
            stream_to_utf8(received, encoding, plain)
            return 0
        quotes, decoder = 0, codecs.getincrementaldecoder(encoding)(errors="replace")
        with plain.open("wb") as written:
            while chunk := received.read(min(_CHUNK_BYTES, end - received.tell())):
                quotes += chunk.count(b'"')
                written.write(decoder.decode(chunk).encode())
            # Three more bytes end a character that the end of its line has cut off, as those of
            # the next part would; they belong there.
            written.write(decoder.decode(b"\n\n\n")[:-3].encode())
        return quotes


def _parts(path: Path, encoding: str, processes: int) -> Iterator[tuple[int, int | None]]:
    """Beginning and end of each part; all but the first begin behind a line feed."""
    size = path.stat().st_size
    count = min(processes, size // _WORTH_A_PROCESS_BYTES)
    begins = {0}
    if codecs.lookup(encoding).name in _SPLITTABLE:
        with path.open("rb") as received:
            for number in range(1, count):
                received.seek(size * number // count)
                received.readline()
                begins.add(received.tell())
    ordered: list[int] = sorted(begins)
    return zip(ordered, [*ordered[1:], None], strict=True)


def _append(part: Path, whole: Path) -> None:
    with part.open("rb") as more, whole.open("ab") as file:
        shutil.copyfileobj(more, file, _COPIED_BYTES)
    part.unlink()
