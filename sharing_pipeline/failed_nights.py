"""A night that fails tells so: in the ledger, on the page and in `sharing status`.

The sequence itself notes its failures; orchestration/ notes those of runs whose process died.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

from sqlalchemy import select

from sharing_pipeline.errors import SharingError, UsageError
from sharing_pipeline.isolation.full_disk import full_disk_message, is_full
from sharing_pipeline.settings import Clock, Settings
from sharing_pipeline.site.page import write_page
from sharing_pipeline.store.ledger import Failure, Ledger, wall_clock


@contextmanager
def failures_noted(
    settings: Settings, clock: Clock, day: date, step: str, run_id: str
) -> Iterator[None]:
    """Notes whatever ends a step of a business date early, and lets it pass.

    Not a UsageError: it is a question that was asked wrongly, and whoever asked is told.
    """
    try:
        yield
    except UsageError:
        raise
    except BaseException as error:  # also Ctrl+C, which leaves a night without figures as well
        # Whatever keeps a failure from being noted, like a full disk, must not hide it.
        with suppress(Exception):
            note_failure(settings, clock, day, step, _reason(settings, error), run_id)
        raise


def note_failure(
    settings: Settings, clock: Clock, day: date, step: str, reason: str, run_id: str
) -> None:
    """Notes the failure of a business date and shows it on the page; of a run the first one."""
    ledger = Ledger.open(settings)
    with ledger.session() as session:
        if run_id and session.scalar(select(Failure.id).where(Failure.run_id == run_id)):
            return
        at = wall_clock(clock)
        session.add(Failure(day=day, failed_at=at, step=step, reason=reason, run_id=run_id))
    write_page(settings, ledger)


def _reason(settings: Settings, error: BaseException) -> str:
    if isinstance(error, SharingError):
        return str(error)
    if isinstance(error, Exception) and is_full(error, settings.home):
        return full_disk_message(settings.home)
    if isinstance(error, Exception):
        return f"程序出错（{type(error).__name__}），没有运行完。"
    return "运行被人中止。"
