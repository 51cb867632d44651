"""Random rows in canonical columns: entries, resources, log records, demand items."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.reference.city import Row
from tests.reference.working_days import CYCLES
from tests.support.draw import Draw

PUBLISH_STATUS = {
    "已发布": 40, "草稿": 1, "审核中": 1, "已退回": 1, "已下线": 1, "已撤销": 1, "": 1,
}  # fmt: skip
SHARING_TYPE = {"无条件共享": 12, "有条件共享": 6, "不予共享": 2, "": 1}
UPDATE_CYCLE = {
    **dict.fromkeys(CYCLES, 2), "每月": 6, "每季度": 3,
    "不定期": 1, "一次性/不更新": 1, "其他": 1, "": 1, "随缘更新": 1, "4": 1,
}  # fmt: skip
LACKS = {"": 40, "mount": 3, "update": 1, "cycle": 1, "mount;cycle": 1, "mount;update": 1}
RESOURCE_TYPE = {"库表": 10, "文件": 4, "接口": 6, "": 1}
MOUNT_STATUS = {"已挂载": 24, "变更待审核": 4, "挂载待审核": 3, "挂载已退回": 3, "未挂载": 3, "": 1}
RESOURCE_STATUS = {"": 6, "正常": 12, "停用": 2, "已下线": 2}
NAMES = ("不动产登记", "社保参保", "企业注册", "学籍", "婚姻登记", "车辆", "水质监测", "低保对象")
GROUNDS = {
    "法律法规不允许提供": 3, "该数据不在本部门": 1, "资源不具备共享条件": 1, "其他": 1, "": 1,
}  # fmt: skip


def random_entry(draw: Draw, code: str, org: str) -> Row:
    """A catalogue entry."""
    cycle = draw.pick(UPDATE_CYCLE)
    return {
        "catalogue_code": code,
        "name": f"{draw.random.choice(NAMES)}信息（{code}）",
        "org_code": org,
        "sharing_type": draw.pick(SHARING_TYPE),
        "update_cycle": cycle,
        "publish_status": draw.pick(PUBLISH_STATUS),
        "published_on": draw.cell(
            lambda: draw.update_day(cycle) - timedelta(days=draw.random.choice((0, 0, 400))), 0.12
        ),
        "last_updated_on": draw.cell(lambda: draw.update_day(cycle), 0.4),
        "lacks": draw.pick(LACKS),
    }


def random_resources(draw: Draw, entry: Row) -> list[Row]:
    """0 to 4 resources of an entry, often all of them APIs."""
    only_apis = draw.chance(0.25)
    count = int(draw.pick({"0": 2, "1": 8, "2": 5, "3": 2, "4": 1}))
    return [
        {
            "resource_id": f"{entry['catalogue_code']}-R{number}",
            "catalogue_code": entry["catalogue_code"],
            "resource_type": "接口" if only_apis else draw.pick(RESOURCE_TYPE),
            "mount_status": draw.pick(MOUNT_STATUS),
            "resource_status": draw.pick(RESOURCE_STATUS),
            "mounted_on": draw.cell(lambda: draw.update_day(entry["update_cycle"]), 0.15),
        }
        for number in range(count)
    ]


def random_record(draw: Draw, batch: str, resource: str, cycle: str, status: str) -> Row:
    """A log record, often on a boundary, sometimes across midnight or with an end before its
    start."""
    day = draw.update_day(cycle)
    if draw.chance(0.3):  # around the window of rule 7
        day = draw.as_of - timedelta(days=draw.random.choice((0, 29, 30, 31, 45)))
    finished = draw.moment(day)
    started = finished - timedelta(minutes=draw.random.choice((0, 1, 45, 600, -5)))
    known_end = status != "执行中" and not draw.chance(0.05)
    return {
        "batch_id": batch,
        "resource_id": resource,
        "direction": draw.pick({"归集": 3, "共享": 1}),
        "method": draw.pick({"库表": 2, "接口": 1, "": 1}),
        "started_at": draw.written(started) if draw.chance(0.9) else "",
        "finished_at": draw.written(finished) if known_end else "",
        "status": status,
        "row_count": draw.pick({"120": 8, "1": 2, "0": 3, "": 1}),
        "verified_no_change": draw.pick({"": 6, "true": 1, "false": 1}),
    }


def random_item(draw: Draw, code: str, requester: str, provider: str) -> Row:
    """A demand item at a random stage; later events may be missing or lie in the future."""
    working_days = draw.random.choice((1, 2, 10, 15, 20, 20))
    opening = draw.opening(working_days)
    stage = draw.pick({"submitted": 2, "accepted": 3, "agreed": 4, "refused": 3, "returned": 1})
    item = {
        "demand_id": code,
        "name": f"{draw.random.choice(NAMES)}核验（{code}）",
        "requester_org": requester,
        "provider_org": provider,
        "sharing_type": draw.pick(SHARING_TYPE),
        "submitted_on": draw.cell(
            lambda: opening - timedelta(days=draw.random.choice((0, 1, 5))), 0.04
        ),
        "status": draw.pick({"": 10, "已提交": 5, "已确认": 3, "草稿": 1}),
        "merged_into": draw.pick({"": 15, "S-OTHER": 1}),
        "extension_days": draw.pick({"": 6, "5": 2, "10": 1, "30": 1}),
        "withdrawn_on": draw.cell(draw.day, 0.93),
    }
    if stage != "submitted":
        item["accepted_on"] = draw.cell(lambda: opening, 0.1)
    if stage in ("agreed", "refused", "returned"):
        item |= _reply(draw, stage, lambda: opening)
    if draw.chance(0.35):
        item["delivered_on"] = draw.cell(lambda: draw.update_day("每月"), 0.1)
        item["confirmed_on"] = draw.cell(draw.day, 0.3)
        item["promised_on"] = draw.cell(draw.day, 0.5)
    if draw.chance(0.4):
        item |= _stops(draw)
    return item


def _reply(draw: Draw, stage: str, day: Callable[[], date]) -> Row:
    decision = {"agreed": "同意", "refused": "不予提供", "returned": "退回补充"}[stage]
    reply = {"decision": decision, "replied_on": draw.cell(day, 0.06)}
    if stage == "refused":
        reply["refusal_ground"] = draw.pick(GROUNDS)
        reply["refusal_basis"] = draw.pick({"统计法第二十五条": 3, "": 1})
        reply["endorsed"] = draw.pick({"true": 4, "false": 1, "": 1})
    return reply


def _stops(draw: Draw) -> Row:
    """Up to three returns, the last of them often not resubmitted; days may be unknown or in the
    future."""
    day = draw.as_of - timedelta(days=draw.random.randrange(1, 40))
    returned, resubmitted = [], []
    for _ in range(draw.random.choice((1, 1, 2, 3))):
        back = day + timedelta(days=draw.random.randrange(0, 8))
        day = back + timedelta(days=draw.random.randrange(0, 10))
        returned.append("" if draw.chance(0.05) else str(back))
        resubmitted.append("" if draw.chance(0.1) else str(day))
    if draw.chance(0.3):
        resubmitted.pop()
    return {"returned_on": ";".join(returned), "resubmitted_on": ";".join(resubmitted)}
