"""Cases for demand_completion, indicators.md §4. D is Sunday 2026-11-22."""

from __future__ import annotations

from tests.support.cases import demand_case as case
from tests.support.cases import outcome

COMPLETED = outcome("met completed")
REFUSED = outcome("missed refused")
WAITING = outcome("missed waiting_requester")
AWAITING = outcome("missed awaiting_confirmation")

AGREED = {"accepted_on": "2026-11-03", "replied_on": "2026-11-04", "decision": "同意"}
DONE = {**AGREED, "delivered_on": "2026-11-10", "confirmed_on": "2026-11-12"}
NO = {"accepted_on": "2026-11-03", "replied_on": "2026-11-04", "decision": "不予提供"}
LAWFUL = {**NO, "refusal_ground": "法律法规不允许提供", "refusal_basis": "统计法第二十五条",
          "endorsed": "true"}  # fmt: skip
LAW = "excluded lawful_refusal"


def in_progress(deadline_on: str) -> dict[str, str]:
    return outcome("missed in_progress", deadline_on=deadline_on, overdue_days=0)


def overdue(deadline_on: str, days: int) -> dict[str, str]:
    return outcome("missed overdue", deadline_on=deadline_on, overdue_days=days)


FIRST_MATCH = [
    case("demand 1: draft", outcome("excluded draft"), status="草稿"),
    case("demand 1: draft wins over completed", outcome("excluded draft"), status="草稿", **DONE),
    case("demand 1: other statuses are not read", COMPLETED, status="已撤回", **DONE),
    case("demand 1: withdrawn on D", outcome("excluded withdrawn"), withdrawn_on="2026-11-22"),
    case("demand 1: withdrawn wins over completed", outcome("excluded withdrawn"),
         withdrawn_on="2026-11-20", **DONE),
    case("demand 1: withdrawn on D+1 has not happened", COMPLETED, withdrawn_on="2026-11-23",
         **DONE),
    case("demand 2: merged holds from the start", outcome("excluded merged"), merged_into="X-1"),
    case("demand 2: merged wins over completed", outcome("excluded merged"), merged_into="X-1",
         **DONE),
    case("demand 3: exempt", outcome("excluded exempt"), exemption={}),
    case("demand 3: exemption of another indicator", COMPLETED,
         exemption={"indicator": "mount_rate"}, **DONE),
    case("demand 3: exemption over", COMPLETED, exemption={"valid_to": "2026-11-21"}, **DONE),
    case("demand 4: lawful refusal", outcome(LAW), **LAWFUL),
    case("demand 4: wins over a later delivery", outcome(LAW),
         delivered_on="2026-11-10", confirmed_on="2026-11-12", **LAWFUL),
    case("demand 4: not endorsed", REFUSED, **{**LAWFUL, "endorsed": ""}),
    case("demand 4: without a legal basis", REFUSED, **{**LAWFUL, "refusal_basis": ""}),
    case("demand 4: another ground", REFUSED, **{**LAWFUL, "refusal_ground": "其他"}),
    case("demand 4: refused on D", outcome(LAW), **{**LAWFUL, "replied_on": "2026-11-22"}),
    case("demand 4: refused on D+1 has not happened", overdue("2026-11-04", 18),
         **{**LAWFUL, "replied_on": "2026-11-23"}),
    case("demand 4: a decision without replied_on has not happened", overdue("2026-11-04", 18),
         **{**LAWFUL, "replied_on": ""}),
    case("demand 5: delivered and confirmed", COMPLETED, **DONE),
    case("demand 5: confirmed on D", COMPLETED, **{**DONE, "confirmed_on": "2026-11-22"}),
    case("demand 5: confirmed on D+1", AWAITING, **{**DONE, "confirmed_on": "2026-11-23"}),
    case("demand 5: completion delivered", COMPLETED, parameters={"completion": "delivered"},
         **{**DONE, "confirmed_on": ""}),
    case("demand 5: delivered on D+1", in_progress("2026-12-02"),
         parameters={"completion": "delivered"}, **{**DONE, "delivered_on": "2026-11-23"}),
    case("demand 5: confirmed without delivery", in_progress("2026-12-02"),
         **{**DONE, "delivered_on": ""}),
    case("demand 5: wins over an unlawful refusal", COMPLETED,
         delivered_on="2026-11-10", confirmed_on="2026-11-12", **NO),
    case("demand 6: refused", REFUSED, refusal_ground="该数据不在本部门", **NO),
    case("demand 6: refused wins over delivered, not confirmed", REFUSED,
         delivered_on="2026-11-10", **NO),
    case("demand 6: refused wins over a stopped clock", REFUSED, returned_on="2026-11-05", **NO),
    case("demand 7: returned", WAITING, returned_on="2026-11-05"),
    case("demand 7: returned on D", WAITING, returned_on="2026-11-22"),
    case("demand 7: returned on D+1 has not happened", overdue("2026-11-04", 18),
         returned_on="2026-11-23"),
    case("demand 7: resubmitted on D+1 has not happened", WAITING, returned_on="2026-11-05",
         resubmitted_on="2026-11-23"),
    case("demand 7: returned again", WAITING, returned_on="2026-11-05;2026-11-12",
         resubmitted_on="2026-11-09"),
    case("demand 7: the first return has no resubmission", WAITING,
         returned_on="2026-11-05;2026-11-12", resubmitted_on=";2026-11-13"),
    case("demand 7: a return without returned_on has not happened", overdue("2026-11-04", 18),
         decision="退回补充", replied_on="2026-11-03"),
    case("demand 7: a return after delivery", WAITING, returned_on="2026-11-11",
         **{**DONE, "confirmed_on": ""}),
    case("demand 8: delivered, not confirmed", AWAITING, **{**DONE, "confirmed_on": ""}),
    case("demand 8: delivered without agreement, not confirmed", AWAITING,
         delivered_on="2026-11-10"),
]  # fmt: skip

LATENESS = [
    # Twenty working days after Mon 2026-09-21: 22…24 are 3, 25…27 are holidays, 28…30 make 6, 1…7
    # are holidays, 8…10 (a made-up Saturday) make 9, 12…16 14, 19…23 19; Mon 10-26 is the 20th.
    case("demand 5: delivered on the provision deadline", COMPLETED, submitted_on="2026-09-18",
         replied_on="2026-09-21", decision="同意", delivered_on="2026-10-26",
         confirmed_on="2026-11-10"),
    case("demand 5: delivered a day later", outcome("met completed_late"),
         submitted_on="2026-09-18", replied_on="2026-09-21", decision="同意",
         delivered_on="2026-10-27", confirmed_on="2026-11-10"),
    case("demand 5: promised_on and confirmed_on don't decide lateness", COMPLETED,
         promised_on="2026-11-05", confirmed_on="2026-11-22",
         **{key: DONE[key] for key in ("replied_on", "decision", "delivered_on")}),
    case("demand 5: without an agreement never late", COMPLETED, submitted_on="2026-03-02",
         delivered_on="2026-11-10", confirmed_on="2026-11-12"),
    case("demand 5: an agreement without its date is none", COMPLETED, submitted_on="2026-03-02",
         decision="同意", delivered_on="2026-11-10", confirmed_on="2026-11-12"),
    case("demand 5: a stop moves the provision deadline", COMPLETED, submitted_on="2026-09-18",
         replied_on="2026-09-21", decision="同意", delivered_on="2026-10-27",
         confirmed_on="2026-11-10", returned_on="2026-10-12", resubmitted_on="2026-10-13"),
    case("demand 5: stage_working_days", outcome("met completed_late"),
         parameters={"stage_working_days": {"provision": 3}}, **DONE),
]  # fmt: skip

STAGES = [
    case("demand 9: review, on its last day", in_progress("2026-11-24"),
         submitted_on="2026-11-20"),
    case("demand 9: review opened on D itself", in_progress("2026-11-24"),
         submitted_on="2026-11-22"),
    case("demand 10: review", overdue("2026-11-20", 2), submitted_on="2026-11-18"),
    case("demand 10: accepted_on after D is still review", overdue("2026-11-20", 2),
         submitted_on="2026-11-18", accepted_on="2026-11-23"),
    case("demand 9: reply to an unconditional request", in_progress("2026-11-23"),
         accepted_on="2026-11-20"),
    case("demand 10: reply to an unconditional request", overdue("2026-11-20", 2),
         accepted_on="2026-11-19"),
    case("demand 10: extension not for unconditional", overdue("2026-11-20", 2),
         accepted_on="2026-11-19", extension_days="5"),
    case("demand 9: reply to a conditional request", in_progress("2026-11-23"),
         accepted_on="2026-11-09", sharing_type="有条件共享"),
    case("demand 9: an empty sharing type is conditional", in_progress("2026-11-23"),
         accepted_on="2026-11-09", sharing_type=""),
    case("demand 10: reply to a conditional request", overdue("2026-11-20", 2),
         accepted_on="2026-11-06", sharing_type="有条件共享"),
    case("demand 9: extended", in_progress("2026-11-23"), accepted_on="2026-11-04",
         sharing_type="有条件共享", extension_days="3"),
    case("demand 9: extended by 10 at the most", in_progress("2026-12-02"),
         accepted_on="2026-11-04", sharing_type="有条件共享", extension_days="30"),
    case("demand 10: max_extension_days", overdue("2026-11-19", 3), accepted_on="2026-11-04",
         sharing_type="有条件共享", extension_days="30", parameters={"max_extension_days": 1}),
    case("demand 9: provision", in_progress("2026-12-02"), **AGREED),
    case("demand 9: agreed, never accepted: provision", in_progress("2026-12-02"),
         decision="同意", replied_on="2026-11-04"),
    case("demand 9: agreed on D+1: still reply", overdue("2026-11-04", 18),
         **{**AGREED, "replied_on": "2026-11-23"}),
    case("demand 10: provision", overdue("2026-11-20", 2), submitted_on="2026-10-20",
         replied_on="2026-10-23", decision="同意"),
    case("demand 9: stage_working_days", in_progress("2026-11-25"),
         parameters={"stage_working_days": {"review": 3}}, submitted_on="2026-11-20"),
    # Reply, 1 day, opened Thu 11-12: Fri 13 and Mon 16…Wed 18 are stopped, Thu 19 is the first.
    case("demand 10: days with returned < d ≤ resubmitted are not counted",
         overdue("2026-11-19", 3), accepted_on="2026-11-12", returned_on="2026-11-12",
         resubmitted_on="2026-11-18"),
    # Ten days, opened Mon 11-02: 3…5 are 3; 6…12 are stopped; 13, 16…20 make 9; 23 is the 10th.
    case("demand 9: the clock goes on, it doesn't restart", in_progress("2026-11-23"),
         accepted_on="2026-11-02", sharing_type="有条件共享", returned_on="2026-11-05",
         resubmitted_on="2026-11-12"),
    case("demand 9: stopped twice", in_progress("2026-11-24"), accepted_on="2026-11-02",
         sharing_type="有条件共享", returned_on="2026-11-05;2026-11-13",
         resubmitted_on="2026-11-12;2026-11-16"),
    case("demand 9: a return of D+1 does not stop it", in_progress("2026-11-24"),
         submitted_on="2026-11-20", returned_on="2026-11-23"),
]  # fmt: skip

RULES = [*FIRST_MATCH, *LATENESS, *STAGES]
