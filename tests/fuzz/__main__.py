"""`python -m tests.fuzz [FILES [FIRST]]` reads many mutated files; exit status 1 on a failure."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.fuzz.run import fuzz

FILES = 20_000
EVERY = 1_000


def main(files: int = FILES, first: int = 0) -> int:
    """Reads `files` mutated files from number `first` on; the same number makes the same file."""

    def say(number: int) -> None:
        done = number - first + 1
        if done % EVERY == 0:
            print(f"{done:,} / {files:,}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        outcome = fuzz(range(first, first + files), Path(folder), say)
    totals: Counter[str] = Counter()
    for (name, result), count in sorted(outcome.counts.items()):
        totals[result] += count
        print(f"{name:20} {result:26} {count:>8,}")
    print(f"{files:,} files, {dict(totals)}, slowest {outcome.slowest:.1f} s")
    for failure in outcome.failures:
        first_line, *_, last_line = [*failure.strip().splitlines(), ""]
        print(f"FAILED {first_line} {last_line}")
    return bool(outcome.failures)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
