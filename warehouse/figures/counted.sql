-- scope has a row for each scope and each organisation that counts in it, target one for each
-- definition.
-- reads: assessment, target, scope
-- yields: numerator, denominator and excluded of every scope under every definition.
WITH per_org AS (
    SELECT
        definition,
        org_code,
        sum(CASE WHEN outcome = 'met' THEN 1 ELSE 0 END) AS met,
        sum(CASE WHEN outcome = 'missed' THEN 1 ELSE 0 END) AS missed,
        sum(CASE WHEN outcome = 'excluded' THEN 1 ELSE 0 END) AS excluded
    FROM assessment
    GROUP BY definition, org_code
)
SELECT
    target.indicator,
    target.definition,
    target.target_percent,
    target.target_numerator,
    target.target_denominator,
    scope.scope_type,
    scope.scope_code,
    scope.scope_name,
    scope.rank_group,
    CAST(COALESCE(sum(per_org.met), 0) AS BIGINT) AS numerator,
    CAST(COALESCE(sum(per_org.met + per_org.missed), 0) AS BIGINT) AS denominator,
    CAST(COALESCE(sum(per_org.excluded), 0) AS BIGINT) AS excluded
FROM target
CROSS JOIN scope
LEFT JOIN per_org
    ON per_org.definition = target.definition AND per_org.org_code = scope.org_code
GROUP BY
    target.indicator, target.definition, target.target_percent, target.target_numerator,
    target.target_denominator, scope.scope_type, scope.scope_code, scope.scope_name,
    scope.rank_group
