"""The demand list: who asks whom for what, and how far each item has come by D.

The outcome of each item on D is drawn first, and its dates are then chosen to lead to it. Days are
counted back from D. Every item is so far from its deadline that holidays change nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, quota, split, stream
from sharing_pipeline.sample.files import Sheet, write_csv, write_workbook
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.planter import Planter

DEMAND_HEADERS = {
    "demand_id": "需求编号", "name": "需求名称", "requester_org": "需求方",
    "provider_org": "提供方", "catalogue_code": "目录代码", "sharing_type": "共享类型",
    "scenario": "应用场景", "legal_ground": "依据", "submitted_on": "提出日期",
    "accepted_on": "受理日期",
    "replied_on": "答复日期", "decision": "答复意见", "refusal_ground": "不予提供理由",
    "refusal_basis": "不予提供依据", "endorsed": "主管部门认可", "promised_on": "承诺日期",
    "delivered_on": "交付日期", "confirmed_on": "确认日期", "returned_on": "退回日期",
    "resubmitted_on": "重新提交日期", "withdrawn_on": "撤回日期", "merged_into": "合并至",
    "extension_days": "延长天数", "is_backflow": "数据回流", "status": "状态",
}  # fmt: skip
DEMAND_RATE = 0.78
LEFT_OUT = {
    "draft": 0.02, "withdrawn": 0.03, "merged": 0.015, "lawful_refusal": 0.03, "exempt": 0.005,
    "": 0.90,
}  # fmt: skip
"""The shares of all items that count in neither numerator nor denominator; the rest counts."""

MISSED = {
    "refused": 0.14, "waiting_requester": 0.14, "awaiting_confirmation": 0.18,
    "in_progress": 0.27, "overdue": 0.27,
}  # fmt: skip
LATE_SHARE = 0.12
"""The share of completed items that were delivered after the deadline."""

CSV_SHARE = 0.3

STAGES = ("review", "reply", "provision")
STAGE_DAYS = {"review": 2, "reply": 10, "provision": 20}
"""The most working days of each stage; the reply to an unconditional request has 1."""

SCENARIOS = (
    "一件事一次办",
    "惠企政策免申即享",
    "民生补贴核验",
    "基层报表减负",
    "联合监管",
    "信用评价",
)
GROUNDS = ("《政务数据共享条例》（样例引用）", "部门三定规定（样例）", "省级工作方案（样例）")
UNLAWFUL_GROUNDS = ("该数据不在本部门", "资源不具备共享条件", "其他")
STATUS = {
    "draft": "草稿", "withdrawn": "已撤回", "merged": "已合并", "lawful_refusal": "已答复",
    "refused": "已答复", "waiting_requester": "已退回", "awaiting_confirmation": "已交付",
    "completed": "已确认", "in_progress": "已受理", "overdue": "已受理", "exempt": "已受理",
}  # fmt: skip


@dataclass
class Life:
    """What happens to a demand item: its dates and decisions, empty until they happen."""

    on: date
    cells: dict[str, object] = field(default_factory=dict)

    def ago(self, column: str, days: int) -> None:
        """Sets a date that lies `days` before D."""
        self.cells[column] = self.on - timedelta(days=days)

    def accept(self, submitted: int, accepted: int) -> None:
        """The item is submitted and accepted, so many days before D."""
        self.ago("submitted_on", submitted)
        self.ago("accepted_on", accepted)

    def agree(self, replied: int) -> None:
        """The provider agrees and promises delivery within four weeks."""
        self.ago("replied_on", replied)
        self.cells["decision"] = "同意"
        self.ago("promised_on", replied - 28)

    def refuse(self, replied: int, ground: str, basis: str = "") -> None:
        """The provider refuses; a refusal with a basis is endorsed by the data authority."""
        self.ago("replied_on", replied)
        self.cells["decision"] = "不予提供"
        self.cells["refusal_ground"] = ground
        self.cells["refusal_basis"] = basis
        self.cells["endorsed"] = "是" if basis else "否"


def _completed(life: Life, rng: np.random.Generator, confirmed: bool) -> None:
    """The item was delivered, in time or late, and confirmed or not."""
    replied = int(rng.integers(75, 420))
    life.accept(replied + 6, replied + 5)
    life.agree(replied)
    took = int(rng.integers(45, 60)) if rng.random() < LATE_SHARE else int(rng.integers(3, 20))
    life.ago("delivered_on", replied - took)
    if confirmed:
        life.ago("confirmed_on", replied - took - int(rng.integers(1, 10)))
    if rng.random() < 0.1:
        life.ago("returned_on", replied + 4)
        life.ago("resubmitted_on", replied + 2)


def _open(life: Life, rng: np.random.Generator, late: bool) -> None:
    """The item is in one of its stages, surely within the deadline or surely beyond it."""
    stage = STAGES[int(rng.integers(0, len(STAGES)))]
    allowed = STAGE_DAYS[stage]
    opened = (
        allowed * 7 // 5 + 14 + int(rng.integers(0, 60)) if late else int(rng.integers(0, allowed))
    )
    if stage == "review":
        life.ago("submitted_on", opened)
    elif stage == "reply":
        life.cells["sharing_type"] = "有条件共享"
        life.accept(opened + 1, opened)
        life.cells["extension_days"] = None if late or rng.random() < 0.8 else 5
    else:
        life.accept(opened + 4, opened + 3)
        life.agree(opened)


def _fill_life(outcome: str, life: Life, rng: np.random.Generator, basis: str) -> None:
    """Gives the item the dates that lead to its outcome."""
    start = int(rng.integers(40, 400))
    if outcome == "completed":
        _completed(life, rng, confirmed=True)
    elif outcome == "awaiting_confirmation":
        _completed(life, rng, confirmed=False)
    elif outcome in ("in_progress", "overdue", "exempt"):
        _open(life, rng, late=outcome != "in_progress")
    elif outcome == "lawful_refusal":
        life.accept(start + 5, start + 4)
        life.refuse(start, "法律法规不允许提供", basis)
    elif outcome == "refused":
        life.accept(start + 5, start + 4)
        life.refuse(start, UNLAWFUL_GROUNDS[int(rng.integers(0, len(UNLAWFUL_GROUNDS)))])
    elif outcome == "waiting_requester":
        life.accept(start + 5, start + 4)
        life.ago("returned_on", start)
        life.cells["decision"] = "退回补充"
    elif outcome == "withdrawn":
        life.ago("submitted_on", start)
        life.ago("withdrawn_on", start - 10)
    elif outcome == "merged":
        life.accept(start + 5, start + 4)


def _outcomes(rng: np.random.Generator, provider: np.ndarray, weakness: np.ndarray) -> np.ndarray:
    count = len(provider)
    outcome = np.empty(count, dtype=object)
    parts = split(rng, np.ones(count, dtype=bool), LEFT_OUT)
    counted = parts.pop("")
    for name, rows in parts.items():
        outcome[rows] = name
    missed = quota(
        rng, counted, int((1 - DEMAND_RATE) * counted.sum() + 0.5), weakness[provider, 2]
    )
    outcome[counted] = "completed"
    for name, rows in split(rng, missed, MISSED).items():
        outcome[rows] = name
    return outcome


def _row(
    number: int, outcome: str, entry: Any, names: list[str], life: Life, rng: np.random.Generator
) -> dict[str, object]:
    """The cells of an item; `names` are those of its requester and its provider."""
    basis = str(entry.legal_basis) or "《中华人民共和国个人信息保护法》"
    _fill_life(outcome, life, rng, basis)
    return {
        "demand_id": f"XQ{number:06d}",
        "name": f"（样例）申请共享{entry.name}",
        "requester_org": names[0],
        "provider_org": names[1],
        "catalogue_code": entry.catalogue_code,
        "scenario": SCENARIOS[int(rng.integers(0, len(SCENARIOS)))],
        "legal_ground": GROUNDS[int(rng.integers(0, len(GROUNDS)))],
        "is_backflow": "是" if entry.backflow else "否",
        "status": STATUS[outcome],
        "outcome": outcome,
        **life.cells,
    }


def _demanded_entries(rng: np.random.Generator, entries: pd.DataFrame, count: int) -> pd.DataFrame:
    """`count` entries that are asked for, out of those that are published and may be shared."""
    published = entries["publish_status"] == "已发布"
    shareable = entries["sharing_type"] != "不予共享"
    among = np.flatnonzero((published & shareable).to_numpy())
    return entries.iloc[rng.choice(among, count)].reset_index(drop=True)


def build_demands(
    seed: int,
    count: int,
    organisations: list[Organisation],
    weakness: np.ndarray,
    entries: pd.DataFrame,
    on: date,
) -> pd.DataFrame:
    """A row for each item, with its `outcome` on D and its `carrier`, the file that it is sent in.

    The workbook names organisations, the csv file has their codes.
    """
    rng = stream(seed, Stream.demand)
    demanded = _demanded_entries(rng, entries, count)
    outcomes = _outcomes(rng, demanded["org"].to_numpy(), weakness)
    valid = [
        number for number, organisation in enumerate(organisations) if organisation.valid_to is None
    ]
    requesters = rng.choice(np.array(valid), count).tolist()
    owners = demanded["org"].tolist()
    in_csv = rng.random(count) < CSV_SHARE
    rows = []
    for number, entry in enumerate(demanded.itertuples(index=False)):
        parties = [organisations[requesters[number]], organisations[owners[number]]]
        names = [party.org_code if in_csv[number] else party.org_name for party in parties]
        life = Life(on, {"sharing_type": entry.sharing_type})
        rows.append(_row(number + 1, outcomes[number], entry, names, life, rng))
    frame = pd.DataFrame(rows, columns=[*DEMAND_HEADERS, "outcome"], dtype=object)
    survivor = frame.loc[frame["outcome"] == "completed", "demand_id"].min()
    merged_into = pd.Series(np.where(outcomes == "merged", survivor, None), dtype=object)
    return frame.assign(merged_into=merged_into, carrier=np.where(in_csv, "csv", "xlsx"))


def plant_demands(
    seed: int, rows: pd.DataFrame, wanted: dict[str, int]
) -> tuple[pd.DataFrame, Counter[str]]:
    """The rows with their faults, copies last, and the number of each fault."""
    planter = Planter(stream(seed, Stream.defect, 2), rows.copy(), wanted)
    agreed = (rows["decision"] == "同意").to_numpy()
    left_out = rows["outcome"].isin(["withdrawn", "merged", "draft"]).to_numpy()
    for name, among, column, value in (
        ("demand_unknown_provider", None, "provider_org", "上饶市某筹备办公室"),
        ("demand_unknown_requester", None, "requester_org", "上饶市某服务专班"),
        ("demand_empty_id", left_out, "demand_id", ""),
        ("demand_unreadable_date", agreed, "promised_on", "年底前"),
    ):
        chosen = planter.take(name, among)
        planter.put(chosen, column, [value] * len(chosen))
    copies = planter.rows.iloc[planter.take("demand_duplicate")]
    return pd.concat([planter.rows, copies], ignore_index=True), planter.planted


def write_demands(folder: Path, rows: pd.DataFrame) -> None:
    """Writes the city's workbook and the counties' csv file."""
    cells = rows[[*DEMAND_HEADERS]].astype(object)
    cells = cells.where(cells.notna(), None)
    header = [*DEMAND_HEADERS.values()]
    in_csv = (rows["carrier"] == "csv").to_numpy()
    if in_csv.any():
        write_csv(folder / "样例-县区-供需清单.csv", header, cells[in_csv].to_numpy().tolist())
    if not in_csv.all():
        listed = cells[~in_csv].to_numpy().tolist()
        sheet = Sheet("供需清单", "样例数据（虚构）：上饶市供需对接清单", header, listed)
        write_workbook(folder / "样例-市本级-供需清单.xlsx", [sheet])
