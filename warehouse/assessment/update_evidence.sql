-- 数据更新及时率, indicators.md section 3: which updates count as evidence, for both methods.
-- reads: entry, mounted, night, parameter
-- yields: per entry whether exchange updates count, the day of the last of them, and the declared
--         day of the last update; a day is null where its kind doesn't count or there is none.
WITH counted AS (
    SELECT
        entry.catalogue_code,
        CASE parameter.evidence
            WHEN 'declared_only' THEN false
            WHEN 'exchange_first' THEN COALESCE(mounted.has_supply, false)
            ELSE true
        END AS exchange_counts,
        CASE parameter.evidence
            WHEN 'exchange_only' THEN false
            WHEN 'exchange_first' THEN NOT COALESCE(mounted.has_supply, false)
            ELSE true
        END AS declared_counts,
        CASE
            WHEN parameter.resource_rule = 'all' THEN mounted.all_update_on
            ELSE mounted.any_update_on
        END AS last_exchange_on,
        CASE WHEN entry.last_updated_on <= night.as_of THEN entry.last_updated_on END
            AS last_declared_on
    FROM entry
    CROSS JOIN night
    CROSS JOIN parameter
    LEFT JOIN mounted ON mounted.catalogue_code = entry.catalogue_code
)
SELECT
    catalogue_code,
    exchange_counts,
    CASE WHEN exchange_counts THEN last_exchange_on END AS exchange_on,
    CASE WHEN declared_counts THEN last_declared_on END AS declared_on
FROM counted
