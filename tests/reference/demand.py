"""demand_completion · 供需对接清单总体完成率 (indicators §4): the first rule that matches wins."""

from __future__ import annotations

from datetime import date, timedelta

from tests.reference.city import Row
from tests.reference.judgement import Facts, Judgement
from tests.reference.organisations import is_exempt
from tests.reference.values import day_of, days_of, is_true, number_of
from tests.reference.working_days import is_working_day

STAGE_WORKING_DAYS = {
    "review": 2,
    "reply_unconditional": 1,
    "reply_conditional": 10,
    "provision": 20,
}


def is_subject(item: Row, as_of: date) -> bool:
    """Whether an item is a subject: submitted_on ≤ D."""
    return happened(item, "submitted_on", as_of)


def happened(item: Row, event: str, as_of: date) -> bool:
    """Whether an event has a date that is not after D."""
    day = day_of(item.get(event, ""))
    return day is not None and day <= as_of


def judge_demand(facts: Facts, code: str, parameters: dict) -> Judgement:
    """The outcome of an item of the demand list."""
    item, as_of = facts.demands[code], facts.as_of
    # 1: `status` is read for 草稿 only
    if item.get("status", "") == "草稿":
        return Judgement("excluded", "draft")
    if happened(item, "withdrawn_on", as_of):
        return Judgement("excluded", "withdrawn")
    # 2: holds from the start
    if item.get("merged_into", ""):
        return Judgement("excluded", "merged")
    # 3
    if is_exempt(facts.exemptions, code, "demand_completion", as_of):
        return Judgement("excluded", "exempt")
    # 4
    refused = item.get("decision", "") == "不予提供" and happened(item, "replied_on", as_of)
    if refused and _is_lawful(item):
        return Judgement("excluded", "lawful_refusal")
    # 5
    delivered = happened(item, "delivered_on", as_of)
    confirmed = happened(item, "confirmed_on", as_of)
    if delivered and (confirmed or parameters.get("completion", "confirmed") == "delivered"):
        late = _delivered_late(item, as_of, parameters)
        return Judgement("met", "completed_late" if late else "completed")
    # 6
    if refused:
        return Judgement("missed", "refused")
    # 7
    if any(resubmitted is None for _, resubmitted in stops(item, as_of)):
        return Judgement("missed", "waiting_requester")
    # 8
    if delivered:
        return Judgement("missed", "awaiting_confirmation")
    # 9, 10
    deadline_on = _deadline_of_stage(item, as_of, parameters)
    return Judgement(
        outcome="missed",
        reason="in_progress" if as_of <= deadline_on else "overdue",
        deadline_on=deadline_on,
        overdue_days=max(0, (as_of - deadline_on).days),
    )


def _is_lawful(item: Row) -> bool:
    """Whether a refusal names the law as its ground, gives a basis, and is endorsed by the data
    authority."""
    return (
        item.get("refusal_ground", "") == "法律法规不允许提供"
        and item.get("refusal_basis", "") != ""
        and is_true(item.get("endorsed", ""))
    )


def stops(item: Row, as_of: date) -> list[tuple[date, date | None]]:
    """The pauses of the clock as (returned, resubmitted); None where it is still paused on D.

    The i-th return belongs to the i-th resubmission; what lies after D hasn't happened yet.
    """
    returned = days_of(item.get("returned_on", ""))
    resubmitted = days_of(item.get("resubmitted_on", ""))
    resubmitted += [None] * (len(returned) - len(resubmitted))
    return [
        (back, again if again and again <= as_of else None)
        for back, again in zip(returned, resubmitted, strict=False)
        if back and back <= as_of
    ]


def _has_agreement(item: Row, as_of: date) -> bool:
    """Whether the decision is 同意 with replied_on ≤ D; without a date it hasn't happened."""
    return item.get("decision", "") == "同意" and happened(item, "replied_on", as_of)


def _deadline_of_stage(item: Row, as_of: date, parameters: dict) -> date:
    """The deadline of the stage that the item is in on D."""
    lengths = {**STAGE_WORKING_DAYS, **parameters.get("stage_working_days", {})}
    if _has_agreement(item, as_of):
        opened, count = item["replied_on"], lengths["provision"]
    elif happened(item, "accepted_on", as_of):
        opened, count = item["accepted_on"], _reply_days(item, lengths, parameters)
    else:
        opened, count = item["submitted_on"], lengths["review"]
    return nth_counted_day(day_of(opened), count, stops(item, as_of))


def _reply_days(item: Row, lengths: dict, parameters: dict) -> int:
    """The working days of a reply. It is unconditional only if the item's own sharing_type says so;
    extensions are added to a conditional reply alone."""
    if item.get("sharing_type", "") == "无条件共享":
        return lengths["reply_unconditional"]
    extension = number_of(item.get("extension_days", "")) or 0
    return lengths["reply_conditional"] + min(extension, parameters.get("max_extension_days", 10))


def nth_counted_day(opened: date, count: int, stopped: list[tuple[date, date | None]]) -> date:
    """The day that comes `count` counted working days after the opening.

    A working day d with returned < d ≤ resubmitted is not counted. While the clock is paused no
    later day is counted, so there is no such day, and the result is date.max.
    """
    day = opened
    standing_since = min((back for back, again in stopped if again is None), default=date.max)
    while count > 0:
        day += timedelta(days=1)
        if day > standing_since:
            return date.max
        paused = any(back < day <= again for back, again in stopped if again)
        if is_working_day(day) and not paused:
            count -= 1
    return day


def _delivered_late(item: Row, as_of: date, parameters: dict) -> bool:
    """Whether delivered_on is later than the deadline of provision; never without an agreement."""
    if not _has_agreement(item, as_of):
        return False
    deadline_on = _deadline_of_stage(item, as_of, parameters)
    return day_of(item["delivered_on"]) > deadline_on
