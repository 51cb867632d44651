"""Nights that failed and were not published since: what pages and `sharing status` say of them.

Who notes a failure is failed_nights.py; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from sharing_pipeline.store.ledger import Failure, Ledger, PublishedNight


def standing_failures(ledger: Ledger) -> Sequence[Failure]:
    """The last failure of every business date that was not published after it, by date."""
    last = select(func.max(Failure.id)).group_by(Failure.day)
    with ledger.session() as session:
        return session.scalars(
            select(Failure)
            .outerjoin(PublishedNight, PublishedNight.as_of == Failure.day)
            .where(
                Failure.id.in_(last),
                or_(
                    PublishedNight.published_at.is_(None),
                    PublishedNight.published_at <= Failure.failed_at,
                ),
            )
            .order_by(Failure.day)
        ).all()
