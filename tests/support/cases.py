"""A case tests one sentence of indicators.md: a subject, what belongs to it, and its outcome.

Many cases are packed into one city and one night, each under its own code and, where it sets
parameters, under a definition of its own. The cases are in tests/support/rules/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from tests.reference import City, File
from tests.reference.city import Row

D = date(2026, 11, 22)
"""The Sunday of the worked examples, indicators.md §7."""

ORGANISATION: Row = {"org_code": "A", "org_name": "市数据局", "level": "市", "region": "市本级"}

ENTRY: Row = {
    "name": "不动产登记信息",
    "org_code": "A",
    "sharing_type": "无条件共享",
    "update_cycle": "每月",
    "publish_status": "已发布",
    "published_on": "2026-01-05",
}
"""An ordinary entry; a case says what differs from it."""

RESOURCE: Row = {"resource_type": "库表", "mount_status": "已挂载", "mounted_on": "2026-01-06"}

ITEM: Row = {
    "name": "核验不动产登记",
    "requester_org": "A",
    "provider_org": "A",
    "sharing_type": "无条件共享",
    "submitted_on": "2026-11-02",
}
"""An ordinary demand item."""


@dataclass(frozen=True)
class Case:
    """A subject with its resources and logs, and the outcome that is expected on D.

    `about` says in a sentence what the case tests.
    """

    about: str
    indicator: str
    expected: Row
    subject: Row
    resources: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)
    exemption: Row | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    as_of: date = D


def outcome(text: str, **stored: object) -> Row:
    """The expected cells for a text such as `met on_time in_grace`, with what else must be stored;
    all other columns must be empty."""
    words = dict(zip(("outcome", "reason", "state"), text.split(), strict=False))
    blank = dict.fromkeys(
        ("state", "due_on", "deadline_on", "overdue_days", "evidence_source", "evidence_at"), ""
    )
    return {**blank, **words, **{name: str(value) for name, value in stored.items()}}


def resource(**fields: str) -> Row:
    """A mounted 库表 with these fields changed."""
    return {**RESOURCE, **fields}


def api(**fields: str) -> Row:
    """A mounted 接口 with these fields changed."""
    return resource(resource_type="接口", **fields)


def supply(finished_at: str, rows: int | str = 10, **fields: str) -> Row:
    """A successful supply that ended then; the field `of` is the number of its resource, from 1."""
    return {
        "direction": "归集",
        "status": "成功",
        "started_at": finished_at,
        "finished_at": finished_at,
        "row_count": str(rows),
        **fields,
    }


def entry_case(
    indicator: str,
    about: str,
    expected: Row,
    *,
    resources: list[Row] | None = None,
    logs: list[Row] | None = None,
    exemption: Row | None = None,
    parameters: dict[str, Any] | None = None,
    as_of: date = D,
    **fields: str,
) -> Case:
    """A case about a catalogue entry; without `resources` it has one mounted 库表."""
    return Case(
        about=about,
        indicator=indicator,
        expected=expected,
        subject={**ENTRY, **fields},
        resources=[resource()] if resources is None else resources,
        logs=logs or [],
        exemption=exemption,
        parameters=parameters or {},
        as_of=as_of,
    )


def demand_case(
    about: str,
    expected: Row,
    *,
    exemption: Row | None = None,
    parameters: dict[str, Any] | None = None,
    as_of: date = D,
    **fields: str,
) -> Case:
    """A case about a demand item."""
    return Case(
        about=about,
        indicator="demand_completion",
        expected=expected,
        subject={**ITEM, **fields},
        exemption=exemption,
        parameters=parameters or {},
        as_of=as_of,
    )


class Pack:
    """Cases of the same D in one city, with their definitions, and the definition and subject of
    each case's outcome."""

    def __init__(self, cases: list[Case]) -> None:
        self.as_of = cases[0].as_of
        self.city = City(organisations=[ORGANISATION])
        self.definitions: list[dict[str, Any]] = []
        self.keys: dict[str, tuple[str, str]] = {}
        self._rows: dict[str, list[Row]] = {
            name: [] for name in ("catalogue", "resource", "log", "demand")
        }
        for number, case in enumerate(cases, start=1):
            code = f"CASE-{number:03d}"
            self.keys[case.about] = (self._definition(case), code)
            self._add(case, code)
        self.city.catalogues = [File("catalogue.csv", self._rows["catalogue"])]
        self.city.resources = [File("resource.csv", self._rows["resource"])]
        self.city.logs = [File("log.csv", self._rows["log"])]
        self.city.demands = [File("demand.csv", self._rows["demand"])]

    def _definition(self, case: Case) -> str:
        """The id of the definition with this case's parameters, which is added if it is missing."""
        for known in self.definitions:
            if (known["indicator"], known["parameters"]) == (case.indicator, case.parameters):
                return str(known["id"])
        name = f"case-{len(self.definitions) + 1}"
        self.definitions.append(definition(case.indicator, name, **case.parameters))
        return str(self.definitions[-1]["id"])

    def _add(self, case: Case, code: str) -> None:
        if case.exemption is not None:
            approved = {"approved_by": "市数据主管部门", "reason": "系统迁移"}
            exemption = {"subject_id": code, "indicator": case.indicator, **approved}
            self.city.exemptions.append({**exemption, **case.exemption})
        if case.indicator == "demand_completion":
            self._rows["demand"].append({"demand_id": code, **case.subject})
            return
        self._rows["catalogue"].append({"catalogue_code": code, **case.subject})
        for number, row in enumerate(case.resources, start=1):
            keys = {"resource_id": f"{code}-{number}", "catalogue_code": code}
            self._rows["resource"].append({**keys, **row})
        batches = count(1)
        for row in case.logs:
            keys = {
                "resource_id": f"{code}-{row.get('of', '1')}",
                "batch_id": f"{code}-{row.get('batch', next(batches))}",
            }
            fields = {name: text for name, text in row.items() if name not in ("of", "batch")}
            self._rows["log"].append({**keys, **fields})


def definition(indicator: str, name: str, target: object = 90, **parameters: Any) -> dict[str, Any]:
    """The content of a definition file that is not official."""
    return {
        "id": f"{indicator}/{name}",
        "indicator": indicator,
        "title": f"比较用口径 {name}",
        "policy_clause": "饶府办发〔2023〕4号 措施4",
        "effective_from": date(2000, 1, 1),
        "effective_to": None,
        "official": False,
        "verified": False,
        "target_percent": target,
        "parameters": parameters,
        "note": "",
    }
