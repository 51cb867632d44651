"""The inbox folder: finds files that are whole, keeps their bytes, and takes none of them twice.

To stage a file is to keep its bytes and to note it in the ledger; the sensor and the nightly run
both do it. What is in a file is read elsewhere (take_in.py).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.store.lake import Lake
from sharing_pipeline.store.ledger import Ledger, ReceivedFile, wall_clock

SECOND_LOOK_SECONDS = 1.0
"""How long the nightly run waits between its two looks at a new file. Network drives and programs
that copy write more often than that; a file whose writer pauses longer is taken half-written, and
taken again once it is whole."""

_UNFINISHED_STARTS = (".", "~$")
_UNFINISHED_ENDS = (".part", ".tmp")
_EXPLANATION = "说明.txt"
"""How the name ends of a text that people put beside the folders to explain them."""


@dataclass(frozen=True)
class Dropped:
    """A file of the inbox at the moment it was seen; a link, device or pipe is `irregular`."""

    source: str
    name: str
    path: Path
    size: int
    modified_ns: int
    irregular: bool = False


@dataclass
class Staged:
    """The names of the files that staging found: new ones, which were kept; those whose bytes are
    known; those that are still changing; and those that lie in no source's folder."""

    new: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def __add__(self, other: Staged) -> Staged:
        """What both stagings found."""
        return Staged(
            self.new + other.new,
            self.known + other.known,
            self.changing + other.changing,
            self.misplaced + other.misplaced,
        )


def look(settings: Settings) -> list[Dropped]:
    """Every file under inbox/<source>/ whose name isn't that of an unfinished one, sorted by name.
    Links are not followed."""
    if not settings.inbox.is_dir():
        return []
    sources = sorted(path for path in settings.inbox.iterdir() if path.is_dir())
    return [
        dropped
        for source in sources
        for dropped in sorted(_walk(source), key=lambda dropped: dropped.name)
    ]


def _walk(source: Path) -> Iterator[Dropped]:
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # A link to a folder is listed among the folders and never entered, so it is noted here.
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            if not may_be_file(name):
                continue
            path = Path(folder) / name
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            yield Dropped(
                source.name,
                readable(path.relative_to(source)),
                path,
                status.st_size,
                status.st_mtime_ns,
                not stat.S_ISREG(status.st_mode),
            )


def readable(path: Path) -> str:
    """A file's name as text. One whose bytes are no UTF-8 is read as GB18030, as most are."""
    name = path.as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = os.fsencode(name)
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            return raw.decode(errors="backslashreplace")
    return name


def may_be_file(name: str) -> bool:
    """Whether a name is that of a whole file, and not of one that a program still writes or locks
    with."""
    return not name.startswith(_UNFINISHED_STARTS) and not name.endswith(_UNFINISHED_ENDS)


def seen_twice(settings: Settings, ledger: Ledger) -> tuple[list[Dropped], Staged]:
    """The new files that were the same in two looks a second apart, and what else was found."""
    first = _unseen(ledger, look(settings))
    if not first:
        return [], Staged(misplaced=_misplaced(settings))
    time.sleep(SECOND_LOOK_SECONDS)
    second = {dropped.path: dropped for dropped in look(settings)}
    whole = [dropped for dropped in first if second.get(dropped.path) == dropped]
    changing = [f"{dropped.source}/{dropped.name}" for dropped in first if dropped not in whole]
    return whole, Staged(changing=changing, misplaced=_misplaced(settings))


def _misplaced(settings: Settings) -> list[str]:
    """The names of files right under inbox/, which belong to no source."""
    if not settings.inbox.is_dir():
        return []
    files = (path for path in settings.inbox.iterdir() if not path.is_dir())
    names = (path.name for path in files if may_be_file(path.name))
    return sorted(readable(Path(name)) for name in names if not name.endswith(_EXPLANATION))


def stage(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    files: Iterable[Dropped],
    progress: Callable[[str], None] | None = None,
) -> Staged:
    """Keeps the bytes of new files and notes the files as received; known bytes aren't kept
    twice. `progress` is called with each file's name."""
    lake, staged = Lake(settings), Staged()
    with ledger.session() as session:
        for dropped in files:
            digest = _keep(lake, dropped)
            label = f"{dropped.source}/{dropped.name}"
            if digest is None:
                staged.changing.append(label)
                continue
            known = _taken_before(session, dropped, digest) if digest else None
            (staged.known if known else staged.new).append(label)
            if progress:
                progress(label)
            session.add(
                ReceivedFile(
                    source=dropped.source,
                    file_name=dropped.name,
                    sha256=digest,
                    size=dropped.size,
                    modified_ns=dropped.modified_ns,
                    received_at=wall_clock(clock),
                    taken=known is not None,
                )
            )
            session.flush()
    return staged


def _keep(lake: Lake, dropped: Dropped) -> str | None:
    """Keeps a file's bytes and gives their hash: empty for a file that can't be read, None for one
    that has changed since it was seen."""
    if dropped.irregular:
        return ""
    try:
        digest = lake.keep_bytes(dropped.path)
        now = dropped.path.lstat()
    except PermissionError:
        return ""
    except FileNotFoundError:
        return None
    unchanged = (now.st_size, now.st_mtime_ns) == (dropped.size, dropped.modified_ns)
    return digest if unchanged else None


def _unseen(ledger: Ledger, files: list[Dropped]) -> list[Dropped]:
    """The files that were not noted before with this name, size and time."""
    with ledger.session() as session:
        seen = {
            tuple(row)
            for row in session.execute(
                select(
                    ReceivedFile.source,
                    ReceivedFile.file_name,
                    ReceivedFile.size,
                    ReceivedFile.modified_ns,
                )
            )
        }
    return [
        dropped
        for dropped in files
        if (dropped.source, dropped.name, dropped.size, dropped.modified_ns) not in seen
    ]


def unseen(settings: Settings, ledger: Ledger) -> list[Dropped]:
    """The files of the inbox that have not been noted yet."""
    return _unseen(ledger, look(settings))


def _taken_before(session: Session, dropped: Dropped, digest: str) -> ReceivedFile | None:
    """An earlier file of the source with the same bytes; a rejected one doesn't count, because it
    may come again."""
    return session.scalar(
        select(ReceivedFile)
        .where(
            ReceivedFile.source == dropped.source,
            ReceivedFile.sha256 == digest,
            ReceivedFile.rejected.is_(False),
        )
        .limit(1)
    )


def waiting(session: Session) -> list[ReceivedFile]:
    """The files that are kept and not yet taken in, by name."""
    return list(
        session.scalars(
            select(ReceivedFile)
            .where(ReceivedFile.taken.is_(False))
            .order_by(ReceivedFile.file_name, ReceivedFile.source, ReceivedFile.id)
        )
    )
