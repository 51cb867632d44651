-- 数据更新及时率, method deadline: rules 8 to 10 on what update_basis leaves open.
-- deadline has the dates of each pair of basis_on and update_cycle.
-- reads: update_basis, night, deadline, parameter
-- yields: assessment of every catalogue entry in force.
WITH judged AS (
    SELECT
        update_basis.*,
        deadline.due_on,
        deadline.deadline_on,
        deadline.soon_from,
        deadline.delinquent_after,
        deadline.overdue_days,
        CASE
            WHEN update_basis.reason IS NOT NULL THEN update_basis.reason
            WHEN basis = 'baseline' AND night.as_of <= deadline.deadline_on THEN 'first_cycle'
            WHEN basis = 'baseline' THEN 'never_updated'
            WHEN night.as_of <= deadline.deadline_on THEN 'on_time'
            ELSE 'overdue'
        END AS decided
    FROM update_basis
    CROSS JOIN night
    LEFT JOIN deadline
        ON deadline.last_on = update_basis.basis_on
        AND deadline.update_cycle = update_basis.update_cycle
)
SELECT
    night.as_of,
    parameter.indicator,
    parameter.definition,
    judged.catalogue_code AS subject_id,
    judged.org_code,
    CASE
        WHEN decided IN ('api_alive', 'on_time') THEN 'met'
        WHEN decided IN ('api_silent', 'never_updated', 'overdue') THEN 'missed'
        WHEN decided = 'cycle_unknown' THEN parameter.unknown_cycle
        ELSE 'excluded'
    END AS outcome,
    decided AS reason,
    CASE
        WHEN due_on IS NULL THEN NULL
        WHEN night.as_of < soon_from THEN 'fresh'
        WHEN night.as_of <= due_on THEN 'due_soon'
        WHEN night.as_of <= deadline_on THEN 'in_grace'
        WHEN night.as_of <= delinquent_after THEN 'overdue'
        ELSE 'delinquent'
    END AS state,
    due_on,
    deadline_on,
    overdue_days,
    CASE
        WHEN basis IN ('exchange', 'declared') THEN basis
        WHEN api_success_on IS NOT NULL THEN 'exchange'
    END AS evidence_source,
    COALESCE(CASE WHEN basis IN ('exchange', 'declared') THEN basis_on END, api_success_on)
        AS evidence_at
FROM judged
CROSS JOIN night
CROSS JOIN parameter
