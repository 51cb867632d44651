"""For each rule of each suite a row that breaks it, as changes to a row that breaks no rule.

The rules are in the suite's order. A list means consecutive rows: the last of them breaks the rule,
and of names that were dragged down each does.
"""

from __future__ import annotations

BIDI = "人口\u202e信息"

SOUND: dict[str, dict[str, str | None]] = {
    "catalogue": {
        "catalogue_code": "C1", "org_code": "甲局", "sharing_type": "无条件共享",
        "update_cycle": "每月", "publish_status": "已发布", "published_on": "2026-01-05",
        "last_updated_on": "2026-11-22", "sharing_method": "库表", "system_name": "不动产登记系统",
        "backflow": "否", "name": "不动产登记信息",
    },
    "resource": {
        "resource_id": "R1", "catalogue_code": "C-both", "resource_type": "接口",
        "mount_status": "已挂载", "resource_status": "正常", "mounted_on": "2026-01-06",
        "location": "/api/1", "row_count": "1,200",
    },
    "field": {
        "catalogue_code": "C1", "field_name": "产权证号", "field_code": "cqzh",
        "data_type": "字符型", "length": "20", "is_key": "是", "nullable": "否",
    },
    "demand": {
        "demand_id": "D1", "name": "核验不动产登记", "requester_org": "乙局",
        "provider_org": "甲局", "sharing_type": "有条件共享", "submitted_on": "2026-11-02",
        "accepted_on": "2026-11-03",
        "replied_on": "2026-11-05", "decision": "同意", "promised_on": "2026-12-01",
        "returned_on": "2026-11-03;2026-11-04", "resubmitted_on": "2026-11-04;2026-11-05",
    },
    "exemption": {
        "subject_id": "C1", "indicator": "update_timeliness", "valid_from": "2026-01-01",
        "valid_to": "2026-12-31", "approved_by": "市数据局", "reason": "系统改造",
    },
    "organisation": {
        "org_code": "甲局", "org_name": "甲区甲局", "level": "县", "region": "甲区",
        "parent": "区政府", "valid_from": "2019-01-01", "valid_to": "2026-12-31",
        "successor": "乙局",
    },
    "exchange_daily": {},
}  # fmt: skip

UNKNOWN_CODES = {"demand": ["requester_org"], "organisation": ["parent", "successor"]}
"""Columns in whose `__unread` intake puts codes that no organisation has."""


def _bidi(dataset: str, *columns: str) -> dict[str, dict[str, str | None]]:
    return {f"{dataset}_{column}_bidi": {column: BIDI} for column in columns}


def _unread(dataset: str, text: str, *columns: str) -> dict[str, dict[str, str | None]]:
    return {f"{dataset}_{column}_unread": {column: text} for column in columns}


def _future(dataset: str, *columns: str) -> dict[str, dict[str, str | None]]:
    return {f"{dataset}_{column}_in_future": {column: "2026-11-23"} for column in columns}


_COUNTS = (
    "repeated_batch", "unknown_resource", "unknown_direction", "unknown_status",
    "unreadable_started_at", "unreadable_finished_at", "unreadable_row_count",
    "unreadable_method", "unreadable_byte_count", "unreadable_verified_no_change",
    "unreadable_error_party", "row_count_with_unit", "byte_count_with_unit", "negative_count",
    "success_without_end", "no_time", "finished_before_started", "future_day",
    "success_without_rows",
)  # fmt: skip
SOUND["exchange_daily"] = dict.fromkeys(_COUNTS, "0")

_PARSED_DATES = (
    "submitted_on", "accepted_on", "replied_on", "promised_on", "delivered_on", "confirmed_on",
    "withdrawn_on",
)  # fmt: skip

BROKEN: dict[str, dict[str, dict[str, str | None] | list[dict[str, str | None]]]] = {
    "catalogue": {
        "catalogue_name_missing": {"name": " "},
        "catalogue_sharing_type_missing": {"sharing_type": None},
        "catalogue_update_cycle_missing": {"update_cycle": ""},
        **_unread("catalogue", "2", "sharing_type"),
        **_unread("catalogue", "1", "update_cycle"),
        **_unread("catalogue", "也许", "publish_status"),
        **_unread("catalogue", "0000-00-00", "published_on"),
        **_unread("catalogue", "2026/03", "last_updated_on"),
        **_unread("catalogue", "1", "backflow"),
        **_future("catalogue", "published_on", "last_updated_on"),
        "catalogue_condition_missing": {"sharing_type": "有条件共享"},
        "catalogue_legal_basis_missing": {"sharing_type": "不予共享"},
        "catalogue_lacks_unknown": {"lacks": "mount;cycles"},
        "catalogue_name_is_system": {"name": "不动产登记 系统"},
        "catalogue_name_like_system": {"name": "公积金管理信息系统"},
        "catalogue_name_dragged": [{"name": f"路灯{number}"} for number in (7, 8, 9)],
        "catalogue_name_near_duplicate": [
            {"name": "学校名录"},
            {"name": "学校（名录）", "catalogue_code": "C2"},
        ],
        "catalogue_name_in_parent_and_child": [
            {"name": "医院名录", "org_code": "区数据局"},
            {"name": "医院名录", "org_code": "区政府", "catalogue_code": "C3"},
        ],
        "catalogue_code_of_other_organisation": {
            "org_code": "361100001", "catalogue_code": "361100002/7",
        },
        "catalogue_code_unlike_others": [
            {"org_code": "丙局", "catalogue_code": code, "name": f"{code}信息"}
            for code in (*(f"BJ-{number}" for number in range(11)), "YJ-1")
        ],
        "catalogue_code_rounded": [
            {
                "org_code": "丁局", "catalogue_code": f"3611{number:011d}000",
                "name": f"{number}号信息",
            }
            for number in range(7, 57, 10)
        ],
        "catalogue_code_several": {"catalogue_code": "C1、C2"},
        **_bidi(
            "catalogue", "name", "summary", "sharing_condition", "legal_basis", "sharing_method",
            "open_type", "data_level", "system_name",
        ),
    },
    "resource": {
        "resource_resource_type_missing": {"resource_type": None},
        "resource_mount_status_missing": {"mount_status": None},
        **_unread("resource", "1", "resource_type", "mount_status", "resource_status"),
        **_unread("resource", "46086", "mounted_on"),
        **_unread("resource", "约3万", "row_count"),
        "resource_row_count_with_unit": {"row_count": "3万条"},
        "resource_row_count_negative": {"row_count": "-1"},
        **_future("resource", "mounted_on"),
        "resource_table_against_method": {"resource_type": "库表", "catalogue_code": "C-api"},
        "resource_api_against_method": {"resource_type": "接口", "catalogue_code": "C-file"},
        "resource_file_against_method": {"resource_type": "文件", "catalogue_code": "C-table"},
        "resource_catalogue_code_several": {"catalogue_code": "C1、C2"},
        **_bidi("resource", "location"),
    },
    "field": {
        "field_field_name_missing": {"field_name": None},
        "field_data_type_missing": {"data_type": None},
        **_unread("field", "20-30", "length"),
        "field_length_with_unit": {"length": "20个"},
        "field_length_negative": {"length": "-20"},
        **_unread("field", "Y", "is_key", "nullable"),
        "field_catalogue_code_several": {"catalogue_code": "C1、C2"},
        **_bidi("field", "field_name", "field_code", "data_type", "description"),
    },
    "demand": {
        "demand_name_missing": {"name": None},
        "demand_submitted_on_missing": {"submitted_on": None, "status": "已提交"},
        "demand_requester_org_unknown": {"requester_org": "没有这个机构"},
        **_unread("demand", "1", "sharing_type", "decision", "refusal_ground", "status"),
        **_unread("demand", "5/3/2026", *_PARSED_DATES),
        "demand_returned_on_unread": {"returned_on": "2026-11-03;不详"},
        "demand_resubmitted_on_unread": {"resubmitted_on": "不详;2026-11-05"},
        **_unread("demand", "已认可", "endorsed", "is_backflow"),
        **_unread("demand", "约10", "extension_days"),
        "demand_extension_days_with_unit": {"extension_days": "10个工作日"},
        "demand_extension_days_negative": {"extension_days": "-1"},
        **_future("demand", *(name for name in _PARSED_DATES if name != "promised_on")),
        "demand_returned_on_in_future": {"returned_on": "2026-11-03;2026-11-23"},
        "demand_resubmitted_on_in_future": {"resubmitted_on": "2026-11-04;2026-11-23"},
        "demand_accepted_before_submitted": {"accepted_on": "2026-11-01"},
        "demand_replied_before_accepted": {"replied_on": "2026-11-02"},
        "demand_replied_before_submitted": {"replied_on": "2026-11-01", "accepted_on": None},
        "demand_promised_before_submitted": {"promised_on": "2026-11-01"},
        "demand_delivered_before_replied": {"delivered_on": "2026-11-04"},
        "demand_delivered_before_submitted": {
            "delivered_on": "2026-11-01", "replied_on": None, "decision": None,
        },
        "demand_confirmed_before_delivered": {
            "delivered_on": "2026-11-10", "confirmed_on": "2026-11-09",
        },
        "demand_withdrawn_before_submitted": {"withdrawn_on": "2026-11-01"},
        "demand_returned_before_submitted": {"returned_on": "2026-11-04;2026-11-01"},
        "demand_resubmitted_before_returned": {"resubmitted_on": "2026-11-02;2026-11-05"},
        "demand_replied_on_missing": {"replied_on": None},
        "demand_returned_on_missing": {
            "decision": "退回补充", "returned_on": None, "resubmitted_on": None,
        },
        "demand_decision_missing": {"decision": None},
        "demand_refusal_ground_missing": {"decision": "不予提供"},
        "demand_refusal_basis_missing": {
            "decision": "不予提供", "refusal_ground": "法律法规不允许提供",
        },
        "demand_ground_without_refusal": {"refusal_ground": "其他"},
        "demand_delivered_on_missing": {"confirmed_on": "2026-11-10"},
        "demand_delivered_without_date": {"status": "已交付"},
        "demand_confirmed_without_date": {"status": "已确认"},
        "demand_withdrawn_without_date": {"status": "已撤回"},
        "demand_merged_without_target": {"status": "已合并"},
        "demand_merged_into_itself": {"merged_into": "D1"},
        "demand_catalogue_code_several": {"catalogue_code": "C1、C2"},
        **_bidi("demand", "name", "scenario", "legal_ground", "refusal_basis"),
    },
    "exemption": {
        "exemption_subject_id_missing": {"subject_id": None},
        "exemption_indicator_missing": {"indicator": None},
        **_unread("exemption", "1", "indicator"),
        "exemption_approved_by_missing": {"approved_by": " "},
        "exemption_reason_missing": {"reason": None},
        **_unread("exemption", "长期", "valid_from", "valid_to"),
        "exemption_ends_before_start": {"valid_to": "2025-12-31"},
        **_bidi("exemption", "approved_by", "reason"),
    },
    "organisation": {
        "organisation_org_name_missing": {"org_name": None},
        "organisation_level_missing": {"level": None},
        "organisation_region_missing": {"region": None},
        "organisation_parent_missing": {"parent": None},
        **_unread("organisation", "1", "level"),
        "organisation_parent_unknown": {"parent": "没有这个机构"},
        "organisation_successor_unknown": {"successor": "没有这个机构"},
        "organisation_parent_itself": {"parent": "甲局"},
        "organisation_successor_itself": {"successor": "甲局"},
        **_unread("organisation", "长期", "valid_from", "valid_to"),
        "organisation_ends_before_start": {"valid_to": "2018-12-31"},
        "organisation_successor_missing": {"successor": None},
        **_bidi("organisation", "region", "chief_data_officer", "data_officer"),
    },
    "exchange_daily": {f"exchange_{name}": {name: "7"} for name in _COUNTS},
}  # fmt: skip
