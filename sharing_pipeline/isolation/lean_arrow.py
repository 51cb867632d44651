"""Arrow without pandas, for a child that only reads: a third of what it would import.

Arrow imports pandas with its first array, to ask whether that is one of pandas'. Imports neither
itself, so that a command can name these functions before it imports anything slow.
"""

from __future__ import annotations

from sharing_pipeline.isolation.child import load
from sharing_pipeline.isolation.late_imports import hidden


def load_without_pandas(*modules: str) -> None:
    """Imports modules after Arrow was made to believe that there is no pandas; one that is loaded
    stays."""
    import pyarrow as pa

    with hidden("pandas"):
        pa.array([])
    load(*modules)


def remember_pandas() -> None:
    """For whoever makes Arrow of frames, where pandas may have been hidden from it."""
    import pyarrow as pa

    pa.table({}).to_pandas()
