"""The colours of a reply (ARGB). Change one here, and nowhere else."""

from __future__ import annotations

FILLS = {
    "critical": "FFFFC7C8",
    "held": "FFDCD3EC",
    "duplicate": "FFD4D4DC",
    "warning": "FFFFEC99",
}
"""What a cell is filled with, by the level of its gravest remark.

Each is a hair beside those that spreadsheet programs offer: a cell with exactly this colour is
taken for one that a reply has marked, and loses it once it is mended. A sender's own cell of the
same colour would lose it, too.
"""

HEAD_FILL = "FFDDEBF7"
LINK = "FF0563C1"
