-- 供需对接清单总体完成率, indicators.md section 4; the order of the branches is the order of the rules.
-- stage has a row for each opened_on, working_days, returned_on and resubmitted_on of demand_basis,
-- with its deadline_on and overdue_days and whether its clock is stopped.
-- reads: demand_basis, night, parameter, stage, exempt
-- yields: assessment of every demand item.
WITH judged AS (
    SELECT
        item.*,
        stage.deadline_on,
        stage.overdue_days,
        CASE
            WHEN item.draft THEN 'draft'
            WHEN item.withdrawn THEN 'withdrawn'
            WHEN item.merged THEN 'merged'
            WHEN exempt.subject_id IS NOT NULL THEN 'exempt'
            WHEN item.refused AND item.lawful THEN 'lawful_refusal'
            WHEN item.delivered AND (item.confirmed OR parameter.completion = 'delivered') THEN
                CASE
                    WHEN item.agreed AND item.delivered_on > stage.deadline_on THEN 'completed_late'
                    ELSE 'completed'
                END
            WHEN item.refused THEN 'refused'
            WHEN stage.stopped THEN 'waiting_requester'
            WHEN item.delivered THEN 'awaiting_confirmation'
            WHEN night.as_of <= stage.deadline_on THEN 'in_progress'
            ELSE 'overdue'
        END AS reason
    FROM demand_basis AS item
    CROSS JOIN night
    CROSS JOIN parameter
    JOIN stage USING (opened_on, working_days, returned_on, resubmitted_on)
    LEFT JOIN exempt
        ON exempt.subject_id = item.demand_id AND exempt.indicator = parameter.indicator
)
SELECT
    night.as_of,
    parameter.indicator,
    parameter.definition,
    judged.demand_id AS subject_id,
    judged.org_code,
    CASE
        WHEN reason IN ('completed', 'completed_late') THEN 'met'
        WHEN reason IN
            ('refused', 'waiting_requester', 'awaiting_confirmation', 'in_progress', 'overdue')
            THEN 'missed'
        ELSE 'excluded'
    END AS outcome,
    reason,
    CAST(NULL AS VARCHAR) AS state,
    CAST(NULL AS DATE) AS due_on,
    CASE WHEN reason IN ('in_progress', 'overdue') THEN deadline_on END AS deadline_on,
    CASE WHEN reason IN ('in_progress', 'overdue') THEN overdue_days END AS overdue_days,
    CAST(NULL AS VARCHAR) AS evidence_source,
    CAST(NULL AS DATE) AS evidence_at
FROM judged
CROSS JOIN night
CROSS JOIN parameter
