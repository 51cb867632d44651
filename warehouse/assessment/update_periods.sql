-- 数据更新及时率, method periods (期次法): effective update days in the window against the
-- expected number of updates.
-- reads: update_basis, update_evidence, update_days, expected, night, parameter
-- yields: assessment of every catalogue entry in force.
WITH counted AS (
    SELECT
        update_basis.catalogue_code,
        update_basis.org_code,
        update_basis.reason,
        update_basis.api_success_on,
        expected.expected,
        CASE WHEN update_evidence.exchange_counts THEN COALESCE(update_days.exchange_days, 0) ELSE 0 END
        + CASE
            WHEN update_evidence.exchange_counts AND COALESCE(update_days.declared_seen, 0) = 1 THEN 0
            WHEN update_evidence.declared_on BETWEEN night.window_from AND night.window_to THEN 1
            ELSE 0
        END AS update_days
    FROM update_basis
    CROSS JOIN night
    JOIN update_evidence ON update_evidence.catalogue_code = update_basis.catalogue_code
    LEFT JOIN update_days ON update_days.catalogue_code = update_basis.catalogue_code
    LEFT JOIN expected ON expected.update_cycle = update_basis.update_cycle
),
judged AS (
    SELECT
        counted.*,
        CASE
            WHEN counted.reason IS NOT NULL THEN counted.reason
            WHEN expected = 0 THEN 'window_too_short'
            WHEN update_days * parameter.threshold_denominator
                >= expected * parameter.threshold_numerator THEN 'periods_kept'
            ELSE 'periods_missed'
        END AS decided
    FROM counted CROSS JOIN parameter
)
SELECT
    night.as_of,
    parameter.indicator,
    parameter.definition,
    judged.catalogue_code AS subject_id,
    judged.org_code,
    CASE
        WHEN decided IN ('api_alive', 'periods_kept') THEN 'met'
        WHEN decided IN ('api_silent', 'periods_missed') THEN 'missed'
        WHEN decided = 'cycle_unknown' THEN parameter.unknown_cycle
        ELSE 'excluded'
    END AS outcome,
    decided AS reason,
    CAST(NULL AS VARCHAR) AS state,
    CAST(NULL AS DATE) AS due_on,
    CAST(NULL AS DATE) AS deadline_on,
    CAST(NULL AS BIGINT) AS overdue_days,
    CASE WHEN api_success_on IS NOT NULL THEN 'exchange' END AS evidence_source,
    api_success_on AS evidence_at
FROM judged
CROSS JOIN night
CROSS JOIN parameter
