"""Keeps the frames that a night gives to Great Expectations, so that the floor runs on the same.

`python -m benchmarks.frames HOME DATE FOLDER` runs the night on a home folder that is thrown away
afterwards; this is never measured.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from great_expectations.core.batch_definition import BatchDefinition

from sharing_pipeline.night import run_night
from sharing_pipeline.settings import Settings, system_clock


def keep_frames(home: Path, day: date, folder: Path) -> None:
    """Runs the night and keeps each frame under the name of its suite."""
    folder.mkdir(parents=True)
    get_batch = BatchDefinition.get_batch

    def keep_and_get(self: Any, batch_parameters: dict[str, Any]) -> Any:
        path = folder / f"{self.data_asset.name}.pickle"
        batch_parameters["dataframe"].to_pickle(path)
        return get_batch(self, batch_parameters)

    with patch.object(BatchDefinition, "get_batch", keep_and_get):
        run_night(Settings.read(home), day, clock=system_clock)


if __name__ == "__main__":
    keep_frames(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), Path(sys.argv[3]))
