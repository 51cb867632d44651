"""The drop folder: which files are whole, keeping their bytes, and never taking any twice.

Staging keeps a file's bytes and notes it in the ledger; the sensor and the nightly run both do
it. Reading what is in a file is the business of take_in.py.
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
"""How long the nightly run waits between its two looks at a new file."""

_NOT_YET_STARTS = (".", "~$")
_NOT_YET_ENDS = (".part", ".tmp")
_EXPLANATION = "说明.txt"
"""What people put beside the folders to say what is in them."""


@dataclass(frozen=True)
class Dropped:
    """A file of the inbox as one look saw it. `irregular` is a link, device or pipe."""

    source: str
    name: str
    path: Path
    size: int
    modified_ns: int
    irregular: bool = False


@dataclass
class Staged:
    """What staging found: new files kept, known bytes left alone, files still growing, and
    files that lie in no source's folder."""

    new: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def __add__(self, other: Staged) -> Staged:
        """What two stagings found."""
        return Staged(
            self.new + other.new,
            self.known + other.known,
            self.changing + other.changing,
            self.misplaced + other.misplaced,
        )


def look(settings: Settings) -> list[Dropped]:
    """Every file under inbox/<source>/ that may be one, by name; links are not followed."""
    if not settings.inbox.is_dir():
        return []
    sources = sorted(path for path in settings.inbox.iterdir() if path.is_dir())
    return [
        dropped for source in sources for dropped in sorted(_walk(source), key=lambda d: d.name)
    ]


def _walk(source: Path) -> Iterator[Dropped]:
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        # A link to a folder is listed among the folders and never entered: it is no file either.
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            if not may_be_file(name):
                continue
            path = Path(folder) / name
            try:
                seen = path.lstat()
            except FileNotFoundError:
                continue
            yield Dropped(
                source.name,
                readable(path.relative_to(source)),
                path,
                seen.st_size,
                seen.st_mtime_ns,
                not stat.S_ISREG(seen.st_mode),
            )


def readable(path: Path) -> str:
    """A name as text, also one of bytes that are no UTF-8: most such names are in GB18030."""
    name = path.as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        sent = os.fsencode(name)
        try:
            return sent.decode("gb18030")
        except UnicodeDecodeError:
            return sent.decode(errors="backslashreplace")
    return name


def may_be_file(name: str) -> bool:
    """Whether a file of that name is one already, and not still being written or a program's."""
    return not name.startswith(_NOT_YET_STARTS) and not name.endswith(_NOT_YET_ENDS)


def seen_twice(settings: Settings, ledger: Ledger) -> tuple[list[Dropped], Staged]:
    """The new files that two looks a second apart saw unchanged, and what changed in between."""
    first = _unseen(ledger, look(settings))
    if not first:
        return [], Staged(misplaced=_misplaced(settings))
    time.sleep(SECOND_LOOK_SECONDS)
    second = {dropped.path: dropped for dropped in look(settings)}
    still = [one for one in first if second.get(one.path) == one]
    changing = [f"{one.source}/{one.name}" for one in first if one not in still]
    return still, Staged(changing=changing, misplaced=_misplaced(settings))


def _misplaced(settings: Settings) -> list[str]:
    """The names of files right under inbox/, which belong to no source."""
    if not settings.inbox.is_dir():
        return []
    files = (one for one in settings.inbox.iterdir() if not one.is_dir())
    names = (one.name for one in files if may_be_file(one.name))
    return sorted(readable(Path(name)) for name in names if not name.endswith(_EXPLANATION))


def stage(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    files: Iterable[Dropped],
    progress: Callable[[str], None] | None = None,
) -> Staged:
    """Keeps the bytes of new files and notes them as received; known bytes aren't kept twice."""
    lake, staged = Lake(settings), Staged()
    with ledger.session() as session:
        for one in files:
            digest = _keep(lake, one)
            label = f"{one.source}/{one.name}"
            if digest is None:
                staged.changing.append(label)
                continue
            known = _taken_before(session, one, digest) if digest else None
            (staged.known if known else staged.new).append(label)
            if progress:
                progress(label)
            session.add(
                ReceivedFile(
                    source=one.source,
                    file_name=one.name,
                    sha256=digest,
                    size=one.size,
                    modified_ns=one.modified_ns,
                    received_at=wall_clock(clock),
                    taken=known is not None,
                )
            )
            session.flush()
    return staged


def _keep(lake: Lake, one: Dropped) -> str | None:
    """The hash of the bytes that are kept now; empty for what can't be read, None for a file
    that is no longer as it was seen."""
    if one.irregular:
        return ""
    try:
        digest = lake.keep_bytes(one.path)
        now = one.path.lstat()
    except PermissionError:
        return ""
    except FileNotFoundError:
        return None
    same = (now.st_size, now.st_mtime_ns) == (one.size, one.modified_ns)
    return digest if same else None


def _unseen(ledger: Ledger, dropped: list[Dropped]) -> list[Dropped]:
    """The files whose name, size and time were not noted before."""
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
    return [one for one in dropped if (one.source, one.name, one.size, one.modified_ns) not in seen]


def unseen(settings: Settings, ledger: Ledger) -> list[Dropped]:
    """The files of the inbox that have not been noted yet."""
    return _unseen(ledger, look(settings))


def _taken_before(session: Session, one: Dropped, digest: str) -> ReceivedFile | None:
    """An earlier file with the same bytes that was not rejected; that one may come again."""
    return session.scalar(
        select(ReceivedFile)
        .where(
            ReceivedFile.source == one.source,
            ReceivedFile.sha256 == digest,
            ReceivedFile.rejected.is_(False),
        )
        .limit(1)
    )


def waiting(session: Session) -> list[ReceivedFile]:
    """Files kept and not yet taken, in the order of their names."""
    return list(
        session.scalars(
            select(ReceivedFile)
            .where(ReceivedFile.taken.is_(False))
            .order_by(ReceivedFile.file_name, ReceivedFile.source, ReceivedFile.id)
        )
    )
