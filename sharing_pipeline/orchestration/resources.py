"""The one resource: a run over a home folder, held under the folder's lock while it lasts."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from sharing_pipeline.assessment.assess import Assessed
from sharing_pipeline.errors import SharingError
from sharing_pipeline.facts.build import Facts
from sharing_pipeline.figures.publish import Revision
from sharing_pipeline.night import WAITING, Night, NightReport, Replies, locked, refuse_troubled
from sharing_pipeline.orchestration.alive import close_dead_runs, show_alive
from sharing_pipeline.orchestration.instance import kept_open
from sharing_pipeline.published.sample_notice import notice_in_force, notice_received
from sharing_pipeline.receiving.early_reading import Progress, ReadAhead
from sharing_pipeline.receiving.take_in import IntakeReport
from sharing_pipeline.settings import Clock, Settings, system_clock
from sharing_pipeline.store import leftovers
from sharing_pipeline.store.ledger import Ledger


def _silent(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody wants to hear of."""


@dataclass
class NightRun:
    """One run over one or more business dates of a home folder.

    Its steps share what they made through it; a step that is run alone makes what it needs
    first. Without `given` the folders come from the environment, when they are asked for.
    `ahead`: the reading of what arrived, if it has begun; whoever began it holds the lock.
    """

    given: Settings | None = None
    definitions: Sequence[str] = ()
    strict: bool = False
    clock: Clock = system_clock
    progress: Progress = _silent
    ahead: ReadAhead | None = None
    intake: IntakeReport | None = None
    beside: Executor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=2))
    _replies: Replies | None = None
    _mart: Future[None] | None = None
    _facts: dict[date, Facts] = field(default_factory=dict)
    _assessed: dict[date, list[Assessed]] = field(default_factory=dict)
    _revisions: dict[date, list[Revision]] = field(default_factory=dict)
    _natures: dict[date, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The folders of this run."""
        return self.given or Settings.read()

    def night(self, day: date) -> Night:
        """The night of a business date."""
        return Night.prepare(
            self.settings,
            day,
            clock=self.clock,
            definitions=self.definitions,
            progress=self.progress,
        )

    def take_in(self, day: date) -> IntakeReport:
        """Takes the inbox in, once a run."""
        if self.intake is None:
            self.intake = self.night(day).take_in(self.ahead)
            self._replies = self.night(day).answer(self.intake, self.beside, self.ahead)
            refuse_troubled(self.intake, self.strict)
        return self.intake

    def facts(self, day: date) -> Facts:
        """The day's facts, made once a run."""
        if day not in self._facts:
            self._facts[day] = self.night(day).build_facts()
        return self._facts[day]

    def assessed(self, day: date) -> list[Assessed]:
        """The day's assessments, made once a run."""
        if day not in self._assessed:
            self._assessed[day] = self.night(day).assess(self.facts(day))
        return self._assessed[day]

    def publish(self, day: date) -> list[Revision]:
        """Publishes the day, once a run."""
        if day not in self._revisions:
            self._revisions[day] = self.night(day).publish(self.facts(day), self.assessed(day))
        return self._revisions[day]

    def begin_mart(self, day: date) -> None:
        """Begins the mart, after the last day of the run is published."""
        self._mart = self.night(day).refresh_mart(self.beside)

    def announce(self, day: date) -> None:
        """Writes what people read, and waits for the mart and the replies."""
        night = self.night(day)
        night.announce(
            self._mart or night.refresh_mart(self.beside),
            self._replies or night.answer(self.intake, self.beside),
        )
        if self.intake is not None:
            leftovers.finish(self.settings)

    def nature(self, day: date) -> str:
        """Says that the day's entries are made up, if they are."""
        if day not in self._natures:
            catalogue = self.facts(day).files["catalogue"]
            self._natures[day] = notice_in_force(self.settings, catalogue)
        return self._natures[day]

    def nature_received(self) -> str:
        """Says the same of the catalogue received last."""
        return notice_received(self.settings, Ledger.open(self.settings))

    def report(self, day: date) -> NightReport | None:
        """What this run made of a day, if it was published."""
        if self.intake is None or day not in self._revisions:
            return None
        return NightReport(day, self.intake, self._revisions[day])


def locked_run(run: NightRun) -> dg.ResourceDefinition:
    """A run as a resource: the home's lock is held from its first step to its last."""

    @dg.resource(description="主目录与本次运行；同一主目录同时只有一个运行")
    def home(context: dg.InitResourceContext) -> Iterator[NightRun]:
        with ExitStack() as held:
            if context.instance and context.run:
                show_alive(context.instance, context.run.run_id)
                held.enter_context(kept_open(context.instance, context.run.run_id))
            if not run.ahead:
                held.enter_context(locked(run.settings, lambda: run.progress(*WAITING)))
            if context.instance:
                close_dead_runs(context.instance)
            yield run
            run.beside.shutdown()

    return home


@contextmanager
def told_in_chinese() -> Iterator[None]:
    """A known failure becomes a step failure whose text is the message for the user."""
    try:
        yield
    except SharingError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
