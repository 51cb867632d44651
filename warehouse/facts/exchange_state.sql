-- reads: state_before, exchange_new
-- yields: per resource, what the log says of it up to the business date.
SELECT
    resource_id,
    max(has_supply) AS has_supply,
    max(last_success_on) AS last_success_on,
    max(last_update_on) AS last_update_on
FROM (
    SELECT resource_id, has_supply, last_success_on, last_update_on
    FROM state_before
    UNION ALL
    SELECT
        resource_id,
        CASE WHEN direction = '归集' THEN 1 ELSE 0 END,
        CASE WHEN successes > 0 THEN day END,
        CASE WHEN effective_updates > 0 THEN day END
    FROM exchange_new
) AS everything
GROUP BY resource_id
