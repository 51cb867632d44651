"""One night: the steps from what arrived to what people read, in their order.

Whoever runs a night runs these steps: Dagster's assets, the command, tests and benchmarks. A run
is opened with `open_run`, and `perform` does one step of it. What a step makes for later ones
stands in the Run and its Nights; everything else is read back from ledger and lake. What a step
does is the business of the layers; how Dagster shows it stands in orchestration/.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sharing_pipeline.assessment.assess import Assessed, assess
from sharing_pipeline.assessment.definitions import (
    Definition,
    load_definitions,
    official_on,
    pick,
)
from sharing_pipeline.errors import ConfigurationError, EngineError, NothingPublished, Unannounced
from sharing_pipeline.facts.build import Facts, build_facts
from sharing_pipeline.failed_nights import failures_noted
from sharing_pipeline.figures.publish import Revision, publish, refuse_changed
from sharing_pipeline.receiving.early_reading import EarlyReading
from sharing_pipeline.receiving.take_in import IntakeReport, take_in
from sharing_pipeline.reply.outgoing import write_replies
from sharing_pipeline.settings import Clock, Progress, Settings, silent, system_clock
from sharing_pipeline.site.page import write_page
from sharing_pipeline.store import leftovers
from sharing_pipeline.store.ledger import Ledger, Submission
from sharing_pipeline.store.mart import refresh_mart

WAITING = ("等待另一个运行结束", 0, 1)
"""What a run reports while another one holds its home folder."""


class TroubledIntake(NothingPublished):
    """With `strict`, `submissions` with parts or rows that somebody must look at keep the figures
    unpublished."""

    def __init__(self, submissions: Sequence[Submission]) -> None:
        super().__init__(
            f"有 {len(submissions)} 份报送被退回、留待处理或有退回的行，"
            "按 --strict 的要求没有公布。请用 sharing submissions list 查看，处理后再运行。"
        )
        self.submissions = submissions


@dataclass
class Night:
    """One business date of a run: the definitions asked for, and what the steps made of it.

    Each result has a value once its step is done, and no step reads one before.
    """

    day: date
    definitions: tuple[Definition, ...]
    official: tuple[str, ...]
    facts: Facts = field(init=False)
    assessed: list[Assessed] = field(init=False)
    revisions: list[Revision] = field(init=False)


@dataclass
class Run:
    """One run over business dates in their order, under the home folder's lock.

    `intake` and `replies` are None while nothing was taken in. `closing` ends what goes on
    beside the steps.
    """

    settings: Settings
    ledger: Ledger
    clock: Clock
    nights: list[Night]
    strict: bool
    progress: Progress
    run_id: str
    closing: ExitStack
    performed: set[str] = field(default_factory=set)
    reading: EarlyReading | None = None
    intake: IntakeReport | None = None
    replies: Future[list[Path]] | None = None

    @property
    def last(self) -> Night:
        """The night of the last business date: what arrives is taken in for it."""
        return self.nights[-1]


@dataclass(frozen=True)
class Step:
    """One step: its name in Dagster and in Chinese, what it does, and the step whose results it
    takes from the run. `each_night`: done for every business date, else once for the last."""

    name: str
    title: str
    action: Callable[[Run, Night], None]
    after: Step | None = None
    each_night: bool = True


def begin_reading(run: Run) -> EarlyReading:
    """Begins to read what arrived, in child processes; intake begins it unless it has begun."""
    if run.reading is None:
        run.progress("登记收到的文件", 0, 1)
        reading = EarlyReading(run.settings, run.ledger, run.clock, run.last.day, run.progress)
        run.reading = run.closing.enter_context(reading)
    return run.reading


def _take_in(run: Run, night: Night) -> None:
    """intake: what arrived becomes accepted rows, quarantine and submissions."""
    reading = begin_reading(run)
    run.intake = take_in(run.settings, run.ledger, run.clock, night.day, run.progress, reading)
    run.replies = _begin_replies(run)
    if run.strict and run.intake.troubled:
        raise TroubledIntake(run.intake.troubled)


def _build_facts(run: Run, night: Night) -> None:
    """facts: what is in force on the day."""
    night.facts = build_facts(run.settings, run.ledger, night.day)


def _assess(run: Run, night: Night) -> None:
    """assessment: one outcome per subject and definition."""
    night.assessed = assess(run.settings, night.facts, list(night.definitions))


def _publish(run: Run, night: Night) -> None:
    """figures: rates, ranks and issues, published as revisions."""
    night.revisions = publish(
        run.settings, run.ledger, run.clock, night.facts, night.assessed, night.official
    )


def _announce(run: Run, night: Night) -> None:
    """bulletin: the page, the mart and the replies."""
    try:
        write_page(run.settings, run.ledger)
        refresh_mart(run.settings, run.ledger)
        (run.replies or _begin_replies(run)).result()
    except (OSError, EngineError) as error:
        raise Unannounced(
            f"{night.day} 的三率已经公布，但首页、mart 或回执没有写成：{error}。"
            "请检查主目录的空间和权限后再运行一次；公布的结果不会变。"
        ) from error
    leftovers.finish(run.settings)


def _begin_replies(run: Run) -> Future[list[Path]]:
    """Begins the replies, beside all that follows intake: a sender's reply needs no figures, and
    is written even if none are published."""
    beside = run.closing.enter_context(ThreadPoolExecutor(max_workers=1))
    layouts = run.intake.layouts if run.intake else None
    return beside.submit(
        write_replies, run.settings, run.ledger, run.clock, layouts=layouts, reading=run.reading
    )


INTAKE = Step("intake", "收件", _take_in, each_night=False)
FACTS = Step("facts", "整理当日有效数据", _build_facts)
ASSESSMENT = Step("assessment", "评定", _assess, after=FACTS)
FIGURES = Step("figures", "汇总并公布", _publish, after=ASSESSMENT)
BULLETIN = Step("bulletin", "生成页面", _announce, each_night=False)

STEPS = (INTAKE, FACTS, ASSESSMENT, FIGURES, BULLETIN)
"""The whole night, in its order. A run over several days does each step for all of them, the
earliest first: a night's trend needs the figures of the one before."""


def perform(run: Run, step: Step) -> None:
    """Does a step of a run, and before it the one whose results it takes; each once a run.

    A step that fails has its failure noted for everybody to see, and raises it.
    """
    if step.name in run.performed:
        return
    if step.after is not None:
        perform(run, step.after)
    nights = run.nights if step.each_night else [run.last]
    for done, night in enumerate(nights):
        run.progress(step.title, done, len(nights))
        with failures_noted(run.settings, run.clock, night.day, step.title, run.run_id):
            step.action(run, night)
    run.performed.add(step.name)


@contextmanager
def open_run(
    settings: Settings,
    days: Sequence[date],
    *,
    clock: Clock = system_clock,
    definitions: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = silent,
    run_id: str = "",
) -> Iterator[Run]:
    """A run over these business dates, under the home folder's lock until it is left.

    Checks everything that can be wrong with the question before anything is done: UsageError for
    a day without official definitions or an unknown definition, ConfigurationError for a broken
    catalog or a home folder that can't be used. `definitions`: ids beside the official ones;
    `strict`: nothing is published if anything was held, rejected or quarantined.
    """
    with failures_noted(settings, clock, max(days), "准备", run_id):
        nights = [_ask(settings, day, definitions) for day in sorted(days)]
        ledger = Ledger.open(settings)
        _require_folders(settings)
        with ledger.session() as session:
            for night in nights:
                refuse_changed(session, night.definitions)
    with locked(settings, lambda: progress(*WAITING)), ExitStack() as closing:
        leftovers.begin(settings, ledger)
        yield Run(settings, ledger, clock, nights, strict, progress, run_id, closing)


def _ask(settings: Settings, day: date, definitions: Sequence[str]) -> Night:
    """The official definitions of a day, and those asked for beside them."""
    known = load_definitions(settings.catalog)
    official = tuple(official_on(known, day).values())
    beside = [definition for definition in pick(known, definitions) if definition not in official]
    return Night(day, (*official, *beside), tuple(definition.id for definition in official))


def _require_folders(settings: Settings) -> None:
    """Says before anything is done that a folder of the home can't be used."""
    for folder in (settings.lake, settings.site, settings.dagster_home):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"{folder} 不能用作文件夹：{error.strerror}。"
                "请移走同名的文件，或用 --home 换一个主目录。"
            ) from error


@contextmanager
def locked(settings: Settings, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """One intake and publication at a time per home folder; others wait."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "nightly.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class NightReport:
    """What came of the last business date of a whole run."""

    day: date
    intake: IntakeReport
    revisions: list[Revision]


def report_of(run: Run) -> NightReport:
    """The report of a run that has performed every step."""
    assert run.intake is not None
    return NightReport(run.last.day, run.intake, run.last.revisions)


def run_night(
    settings: Settings,
    day: date,
    *,
    clock: Clock,
    definitions: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = silent,
) -> NightReport:
    """Runs a whole night without Dagster; raises what `open_run` and the steps raise."""
    with open_run(
        settings, [day], clock=clock, definitions=definitions, strict=strict, progress=progress
    ) as run:
        for step in STEPS:
            perform(run, step)
        return report_of(run)
