"""The one resource: the home folder, and the run over it that a Dagster run performs."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import dagster as dg
from pydantic import Field, PrivateAttr

from sharing_pipeline.errors import SharingError
from sharing_pipeline.night import Run, open_run
from sharing_pipeline.orchestration.lost_runs import (
    business_dates,
    close_lost_runs,
    hold_run_lock,
)
from sharing_pipeline.settings import Settings


class HomeFolder(dg.ConfigurableResource):
    """主目录与本次运行；同一主目录同时只有一个运行。"""

    home: str = Field(default="", description="主目录；空着取环境变量 SHARING_HOME，再默认 var/")
    catalog: str = Field(
        default="", description="配置目录；空着取环境变量 SHARING_CATALOG，再默认 catalog/"
    )
    definitions: list[str] = Field(default=[], description="正式口径之外另算的口径")
    opened: dg.ResourceDependency[Run | None] = None  # type: ignore[assignment]
    """A run that whoever started Dagster has opened already, and closes afterwards."""

    _run: Run = PrivateAttr()

    @property
    def run(self) -> Run:
        """The run whose steps the assets perform."""
        return self._run

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["HomeFolder"]:
        """Opens the run for as long as Dagster's run lasts, unless it is open."""
        assert context.instance is not None and context.run is not None
        hold_run_lock(context.instance, context.run.run_id)
        with nullcontext(self.opened) if self.opened else self._open(context.run) as self._run:
            close_lost_runs(context.instance, self._run.settings, self._run.clock)
            yield self

    def _open(self, run: dg.DagsterRun) -> AbstractContextManager[Run]:
        return open_run(
            Settings.read(self.home, self.catalog),
            business_dates(run),
            definitions=self.definitions,
            run_id=run.run_id,
        )


@contextmanager
def known_failures() -> Iterator[None]:
    """A known failure becomes a step failure whose text is the message for the user."""
    try:
        yield
    except SharingError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
