"""Mutated files of every format: no traceback, no hang, no lost row.

FUZZ_FILES is how many of each format: `make test` makes few, `make test-long` some
hundred, `make fuzz` twenty thousand in all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.run import fuzz
from tests.fuzz.seeds import seeds

OF_EACH = int(os.environ.get("FUZZ_FILES", "15"))
PARTS = max(1, OF_EACH // 50)
"""A part is a test of its own, so that the parts of a long run share the cores."""


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_files_do_no_harm(tmp_path: Path, part: int) -> None:
    formats = len(seeds())
    files = OF_EACH * formats // PARTS
    first = part * (files - files % formats)
    outcome = fuzz(range(first, first + files), tmp_path, lambda _: None)
    assert not outcome.failures, "\n".join(outcome.failures)
    assert sum(outcome.counts.values()) == files
    read = {name for name, what in outcome.counts if what == "read"}
    assert read == set(seeds())
