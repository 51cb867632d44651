"""mount_rate · 平台目录挂载率 (indicators.md §2). The first rule that matches wins."""

from __future__ import annotations

from datetime import date

from tests.reference.city import Row
from tests.reference.judgement import Facts, Judgement, lacks, not_to_be_judged
from tests.reference.values import day_of
from tests.reference.working_days import shift


def is_offline(resource: Row) -> bool:
    """Whether a resource is 已下线 or 停用; an empty status means 正常."""
    return resource.get("resource_status", "") in ("已下线", "停用")


def is_mounted(resource: Row, as_of: date) -> bool:
    """Rule 5: whether a resource is mounted on D and not offline. An unknown mounted_on counts as
    before D."""
    mounted_on = day_of(resource.get("mounted_on", ""))
    return (
        resource.get("mount_status", "") in ("已挂载", "变更待审核")
        and not is_offline(resource)
        and (mounted_on is None or mounted_on <= as_of)
    )


def judge_mount(facts: Facts, code: str, parameters: dict) -> Judgement:
    """The outcome of a catalogue entry, which counts once however many resources it has."""
    entry, resources = facts.entries[code], facts.resources.get(code, [])
    # 1, 2, 3
    excluded = not_to_be_judged(facts, code, "mount_rate", parameters)
    if excluded:
        return excluded
    # 4: unknown published_on has no grace
    grace = parameters.get("mount_grace_working_days", 0)
    published_on = day_of(entry.get("published_on", ""))
    if grace > 0 and published_on and facts.as_of <= shift(published_on, grace):
        return Judgement("excluded", "in_grace")
    # 4a
    if lacks(entry, "mount"):
        return Judgement("excluded", "not_observable")
    # 5
    if any(is_mounted(resource, facts.as_of) for resource in resources):
        return Judgement("met", "mounted")
    # 6 and 7 look at the mount status alone, offline or not
    statuses = [resource.get("mount_status", "") for resource in resources]
    if "挂载待审核" in statuses:
        return Judgement("missed", "mount_pending")
    if "挂载已退回" in statuses:
        return Judgement("missed", "mount_returned")
    # 8 needs at least one resource
    if resources and all(is_offline(resource) for resource in resources):
        return Judgement("missed", "resource_offline")
    # 9
    return Judgement("missed", "no_resource")
