"""How a full disk is known, whichever library meets it first: nobody's bug, no file's fault."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from sharing_pipeline.errors import EngineError

_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
_DATABASE_ERROR = "OperationalError"
"""What SQLAlchemy raises when the system refuses it something; its import would cost a child that
only reads."""
_MESSAGES = ("No space left on device", "disk is full", "Disk quota exceeded")
_AMBIGUOUS_MESSAGE = "disk I/O error"
"""What SQLite says where there is no room for its work files, and also of a broken disk."""
_LITTLE_BYTES = 16 << 20
"""With less free space than this, that message is taken to mean a full disk. Set too high, a broken
disk would be called full; too low, a full one would pass for a bug."""


def is_full(error: Exception, folder: Path | None = None) -> bool:
    """Whether an error comes from a full disk. `folder`: on the disk that SQLite writes to."""
    if isinstance(error, OSError):
        return error.errno in _NUMBERS
    if not isinstance(error, EngineError) and type(error).__name__ != _DATABASE_ERROR:
        return False
    if folder and _AMBIGUOUS_MESSAGE in str(error):
        return shutil.disk_usage(folder).free < _LITTLE_BYTES
    return any(words in str(error) for words in _MESSAGES)


def full_disk_message(home: Path) -> str:
    """What whoever waits for a night on a full disk is to do."""
    return (
        f"主目录 {home} 所在的磁盘满了，没有运行完。请腾出空间后再运行一次；公布过的每一版都还在。"
    )
