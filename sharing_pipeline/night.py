"""One night, layer by layer: what the nightly job does, without Dagster.

orchestration/ runs the same steps as assets; this is the page on which they can be read.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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
from sharing_pipeline.figures.publish import Revision, publish, refuse_changed
from sharing_pipeline.receiving.early_reading import Progress, ReadAhead
from sharing_pipeline.receiving.take_in import IntakeReport, take_in
from sharing_pipeline.reply.outgoing import write_replies
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.site.page import write_page
from sharing_pipeline.store import leftovers
from sharing_pipeline.store.ledger import Ledger
from sharing_pipeline.store.mart import refresh_mart

WAITING = ("等待另一个运行结束", 0, 1)
"""What a run reports while another one holds its home folder."""


@dataclass(frozen=True)
class NightReport:
    """What came of one night."""

    day: date
    intake: IntakeReport
    revisions: list[Revision]


class Replies:
    """The night's replies, written by a child process beside everything that follows intake."""

    written: Future[list[Path]]
    _told: Progress | None = None

    def report(self, what: str, done: int, of: int) -> None:
        """Progress of the replies, which is nobody's business until they are waited for."""
        if self._told is not None:
            self._told(what, done, of)

    def wait(self, progress: Progress) -> None:
        """Returns when they are written; raises what kept them from it."""
        self._told = progress
        self.written.result()


@dataclass(frozen=True)
class Night:
    """One business date's run over one home folder; each method is one layer."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    day: date
    definitions: tuple[Definition, ...]
    official: tuple[str, ...]
    progress: Progress

    @classmethod
    def prepare(
        cls,
        settings: Settings,
        day: date,
        *,
        clock: Clock,
        definitions: Sequence[str] = (),
        progress: Progress = lambda *_: None,
    ) -> Night:
        """Checks everything that can be wrong with the question before anything is done.

        Raises UsageError for a day without official definitions or an unknown definition,
        ConfigurationError for a broken catalog or a home folder that can't be used.
        """
        known = load_definitions(settings.catalog)
        official = tuple(official_on(known, day).values())
        extra = [one for one in pick(known, definitions) if one not in official]
        ledger = Ledger.open(settings)
        _require_folders(settings)
        with ledger.session() as session:
            refuse_changed(session, [*official, *extra])
        return cls(
            settings, ledger, clock, day, (*official, *extra),
            tuple(one.id for one in official), progress,
        )  # fmt: skip

    def take_in(self, ahead: ReadAhead | None = None) -> IntakeReport:
        """intake: the inbox becomes accepted rows, quarantine and submissions."""
        return take_in(self.settings, self.ledger, self.clock, self.day, self.progress, ahead)

    def build_facts(self) -> Facts:
        """facts: what is in force on the day."""
        self.progress("整理当日有效数据", 0, 1)
        return build_facts(self.settings, self.ledger, self.day)

    def assess(self, facts: Facts) -> list[Assessed]:
        """assessment: one outcome per subject and definition."""
        self.progress("评定", 0, len(self.definitions))
        return assess(self.settings, facts, list(self.definitions))

    def publish(self, facts: Facts, assessed: list[Assessed]) -> list[Revision]:
        """figures: rates, ranks and issues, published as revisions."""
        self.progress("汇总并公布", 0, 1)
        return publish(self.settings, self.ledger, self.clock, facts, assessed, list(self.official))

    def answer(
        self, intake: IntakeReport | None, beside: Executor, ahead: ReadAhead | None = None
    ) -> Replies:
        """bulletin: begins the replies to the senders, who needn't wait for the figures."""
        replies = Replies()
        replies.written = beside.submit(
            write_replies,
            self.settings,
            self.ledger,
            self.clock,
            replies.report,
            intake.layouts if intake else None,
            ahead,
        )
        return replies

    def refresh_mart(self, beside: Executor) -> Future[None]:
        """bulletin: begins the mart, which needs nothing but what is published."""
        return beside.submit(refresh_mart, self.settings, self.ledger)

    def announce(self, mart: Future[None], replies: Replies) -> None:
        """bulletin: the page; waits for the mart and the replies."""
        self.progress("生成页面", 0, 1)
        try:
            write_page(self.settings, self.ledger)
            mart.result()
            replies.wait(self.progress)
        except (OSError, EngineError) as error:
            raise Unannounced(
                f"{self.day} 的三率已经公布，但首页、mart 或回执没有写成：{error}。"
                "请检查主目录的空间和权限后再运行一次；公布的结果不会变。"
            ) from error


def run_night(
    settings: Settings,
    day: date,
    *,
    clock: Clock,
    definitions: Sequence[str] = (),
    strict: bool = False,
    progress: Progress = lambda *_: None,
) -> NightReport:
    """Runs a whole night under the home folder's lock.

    `strict`: raises NothingPublished after intake if anything was held, rejected or quarantined.
    """
    night = Night.prepare(settings, day, clock=clock, definitions=definitions, progress=progress)
    with locked(settings), ThreadPoolExecutor(max_workers=2) as beside:
        intake = night.take_in()
        replies = night.answer(intake, beside)
        refuse_troubled(intake, strict)
        facts = night.build_facts()
        revisions = night.publish(facts, night.assess(facts))
        night.announce(night.refresh_mart(beside), replies)
        leftovers.finish(settings)
    return NightReport(day, intake, revisions)


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


def refuse_troubled(intake: IntakeReport, strict: bool) -> None:
    """With `strict`, anything that needs a person's attention keeps the figures unpublished."""
    if strict and intake.troubled:
        raise NothingPublished(
            f"有 {len(intake.troubled)} 份报送被退回、留待处理或有退回的行，"
            "按 --strict 的要求没有公布。"
            "请用 sharing submissions list 查看，处理后再运行。"
        )


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
