"""Cases for mount_rate, indicators.md §2."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.support.cases import api, entry_case, outcome, resource

case = partial(entry_case, "mount_rate")

NOT_PUBLISHED = outcome("excluded not_published")
EXEMPT = outcome("excluded exempt")
MOUNTED = outcome("met mounted")
PENDING = outcome("missed mount_pending")
RETURNED = outcome("missed mount_returned")
NO_RESOURCE = outcome("missed no_resource")
OFFLINE = outcome("missed resource_offline")
GRACE_5 = {"mount_grace_working_days": 5}

RULES = [
    *(
        case(f"1: publish_status {status or 'empty'}", NOT_PUBLISHED, publish_status=status)
        for status in ("草稿", "审核中", "已退回", "已下线", "已撤销", "")
    ),
    case("1: published on D is published", MOUNTED, published_on="2026-11-22"),
    case("1: published on D+1 is not published yet", NOT_PUBLISHED, published_on="2026-11-23"),
    case("1: published with unknown date is published", MOUNTED, published_on=""),
    case("1: wins over an exemption", NOT_PUBLISHED, publish_status="草稿", exemption={}),
    case("2: an open exemption", EXEMPT, exemption={}),
    case("2: from D on", EXEMPT, exemption={"valid_from": "2026-11-22"}),
    case("2: from D+1 on", MOUNTED, exemption={"valid_from": "2026-11-23"}),
    case("2: until D", EXEMPT, exemption={"valid_to": "2026-11-22"}),
    case("2: until D−1", MOUNTED, exemption={"valid_to": "2026-11-21"}),
    case("2: of another indicator", MOUNTED, exemption={"indicator": "update_timeliness"}),
    case("2: without approver it is quarantined", MOUNTED, exemption={"approved_by": ""}),
    case("2: without reason it is quarantined", MOUNTED, exemption={"reason": ""}),
    case("2: wins over 不予共享", EXEMPT, exemption={}, sharing_type="不予共享"),
    case("3: 不予共享", outcome("excluded not_shareable"), sharing_type="不予共享"),
    case("3: count_not_shareable", MOUNTED, sharing_type="不予共享",
         parameters={"count_not_shareable": True}),
    case("3: 有条件共享 counts", MOUNTED, sharing_type="有条件共享"),
    case("3: an empty sharing type counts", MOUNTED, sharing_type=""),
    case("4: no grace by default", NO_RESOURCE, resources=[], published_on="2026-11-20"),
    # Five working days after Mon 11-16 is Mon 11-23, after Fri 11-13 it is Fri 11-20.
    case("4: in grace", outcome("excluded in_grace"), resources=[], parameters=GRACE_5,
         published_on="2026-11-16"),
    case("4: in grace though mounted", outcome("excluded in_grace"), parameters=GRACE_5,
         published_on="2026-11-16"),
    case("4: grace is over", NO_RESOURCE, resources=[], parameters=GRACE_5,
         published_on="2026-11-13"),
    case("4: unknown published_on has no grace", NO_RESOURCE, resources=[], parameters=GRACE_5,
         published_on=""),
    case("4: the last day of grace belongs to it", outcome("excluded in_grace"), resources=[],
         parameters={"mount_grace_working_days": 2}, published_on="2026-11-19",
         as_of=date(2026, 11, 23)),
    case("4: the day after it doesn't", NO_RESOURCE, resources=[],
         parameters={"mount_grace_working_days": 2}, published_on="2026-11-18",
         as_of=date(2026, 11, 23)),
    case("4a: lacks mount", outcome("excluded not_observable"), lacks="mount"),
    case("4a: lacks cycle and mount", outcome("excluded not_observable"), lacks="cycle;mount"),
    case("4a: lacks update", MOUNTED, lacks="update"),
    case("5: 已挂载", MOUNTED),
    case("5: 变更待审核", MOUNTED, resources=[resource(mount_status="变更待审核")]),
    case("5: an API", MOUNTED, resources=[api()]),
    case("5: mounted on D", MOUNTED, resources=[resource(mounted_on="2026-11-22")]),
    case("5: mounted_on unknown", MOUNTED, resources=[resource(mounted_on="")]),
    case("5: resource status 正常", MOUNTED, resources=[resource(resource_status="正常")]),
    case("5: one of several is enough", MOUNTED, resources=[
        resource(mount_status="挂载已退回"), resource(mount_status="挂载待审核"),
        resource(resource_status="停用"), resource(), resource()]),
    case("6: 挂载待审核", PENDING, resources=[resource(mount_status="挂载待审核")]),
    case("6: offline or not", PENDING,
         resources=[resource(mount_status="挂载待审核", resource_status="已下线")]),
    case("6: wins over returned", PENDING, resources=[
        resource(mount_status="挂载已退回"), resource(mount_status="挂载待审核")]),
    case("7: 挂载已退回", RETURNED, resources=[resource(mount_status="挂载已退回")]),
    case("7: offline or not", RETURNED,
         resources=[resource(mount_status="挂载已退回", resource_status="停用")]),
    case("8: all offline", OFFLINE, resources=[
        resource(resource_status="已下线"), resource(resource_status="停用")]),
    case("8: all offline, one of them never mounted", OFFLINE, resources=[
        resource(resource_status="已下线"),
        resource(resource_status="停用", mount_status="未挂载")]),
    case("8: not all offline", NO_RESOURCE, resources=[
        resource(resource_status="已下线"), resource(mount_status="未挂载")]),
    case("9: no resource at all", NO_RESOURCE, resources=[]),
    case("9: 未挂载", NO_RESOURCE, resources=[resource(mount_status="未挂载")]),
    case("9: mount status empty", NO_RESOURCE, resources=[resource(mount_status="")]),
    case("9: mounted only after D", NO_RESOURCE, resources=[resource(mounted_on="2026-11-23")]),
]  # fmt: skip
