-- 平台目录挂载率, indicators.md section 2; the order of the branches is the order of the rules.
-- Rules 1 to 3 are in shut_out; grace has the last day of grace for each published_on.
-- reads: entry, night, parameter, shut_out, mounted, grace
-- yields: assessment of every catalogue entry in force.
WITH judged AS (
    SELECT
        entry.catalogue_code,
        entry.org_code,
        CASE
            WHEN shut_out.reason IS NOT NULL THEN shut_out.reason
            WHEN parameter.mount_grace_working_days > 0
                AND COALESCE(night.as_of <= grace.grace_until, false) THEN 'in_grace'
            WHEN entry.lacks_mount THEN 'not_observable'
            WHEN COALESCE(mounted.mounted, false) THEN 'mounted'
            WHEN COALESCE(mounted.pending, false) THEN 'mount_pending'
            WHEN COALESCE(mounted.returned, false) THEN 'mount_returned'
            WHEN COALESCE(mounted.all_offline, false) THEN 'resource_offline'
            ELSE 'no_resource'
        END AS reason
    FROM entry
    CROSS JOIN night
    CROSS JOIN parameter
    JOIN shut_out ON shut_out.catalogue_code = entry.catalogue_code
    LEFT JOIN mounted ON mounted.catalogue_code = entry.catalogue_code
    LEFT JOIN grace ON grace.published_on = entry.published_on
)
SELECT
    night.as_of,
    parameter.indicator,
    parameter.definition,
    judged.catalogue_code AS subject_id,
    judged.org_code,
    CASE
        WHEN reason = 'mounted' THEN 'met'
        WHEN reason IN ('mount_pending', 'mount_returned', 'resource_offline', 'no_resource')
            THEN 'missed'
        ELSE 'excluded'
    END AS outcome,
    reason,
    CAST(NULL AS VARCHAR) AS state,
    CAST(NULL AS DATE) AS due_on,
    CAST(NULL AS DATE) AS deadline_on,
    CAST(NULL AS BIGINT) AS overdue_days,
    CAST(NULL AS VARCHAR) AS evidence_source,
    CAST(NULL AS DATE) AS evidence_at
FROM judged
CROSS JOIN night
CROSS JOIN parameter
