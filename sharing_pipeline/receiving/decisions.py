"""A person's decision on a held part of a submission: it is accepted or rejected.

The caller must hold the home folder's lock. A night's figures change when that night is run again;
nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sharing_pipeline.errors import UsageError
from sharing_pipeline.judging.night_intake import part_status
from sharing_pipeline.settings import Clock
from sharing_pipeline.store.ledger import (
    Decision,
    Ledger,
    Part,
    Submission,
    submission_number,
    wall_clock,
)

VERDICTS = {"accept": "accepted", "reject": "rejected"}
"""The status that a part gets by each verdict."""


@dataclass(frozen=True)
class Decided:
    """A decision: whose parts it is about, the submission's status, and the day it counts from."""

    submission_id: str
    org_codes: tuple[str, ...]
    status: str
    effective_on: date


def find_submission(session: Session, submission_id: str) -> Submission:
    """The submission with this public id; UsageError if there is none."""
    number = submission_number(submission_id)
    submission = session.get(Submission, number) if number is not None else None
    if submission is None:
        raise UsageError(f"没有报送 {submission_id}。请用 sharing submissions list 查看报送编号。")
    return submission


def decide(
    ledger: Ledger,
    clock: Clock,
    submission_id: str,
    verdict: str,
    *,
    org: str | None,
    why: str = "",
) -> Decided:
    """Accepts or rejects the held parts of a submission, or only the part of organisation `org`.

    `verdict` is a key of VERDICTS, `why` the person's reason. UsageError if no such part is held.
    """
    with ledger.session() as session:
        submission = find_submission(session, submission_id)
        parts = _held(session, submission, org)
        for part in parts:
            part.status = VERDICTS[verdict]
            part.why = f"人工退回：{why}" if verdict == "reject" else part.why
            session.add(
                Decision(
                    submission=submission.id,
                    org_code=part.org_code,
                    verdict=verdict,
                    why=why,
                    decided_at=wall_clock(clock),
                )
            )
        session.flush()
        submission.status, submission.why = part_status(session, submission.id)
        return Decided(
            submission.submission_id,
            tuple(part.org_code for part in parts),
            submission.status,
            submission.effective_on,
        )


def _held(session: Session, submission: Submission, org: str | None) -> Sequence[Part]:
    held = session.scalars(
        select(Part)
        .where(Part.submission == submission.id, Part.status == "held")
        .order_by(Part.org_code)
    ).all()
    name = submission.submission_id
    if not held:
        raise UsageError(
            f"报送 {name} 没有留待处理的部分，不需要决定。"
            "请用 sharing submissions list --status held 查看留待处理的报送。"
        )
    chosen = [part for part in held if org in (None, part.org_code)]
    if not chosen:
        codes = "、".join(part.org_code for part in held)
        raise UsageError(f"报送 {name} 中机构 {org} 没有留待处理的部分。留待处理的机构：{codes}。")
    return chosen
