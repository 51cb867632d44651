-- 数据更新及时率, indicators.md section 3: rules 1 to 7 and the evidence that rules 8 to 10 need.
-- Reads: entry, shut_out (rules 1 to 3), mounted, night, parameter, cycle (update_cycle, obligation).
-- Yields: per entry the reason of rules 1 to 7, or null and the date to count from:
--         basis_on with basis 'exchange', 'declared' or 'baseline'.
WITH evidence AS (
    SELECT
        entry.catalogue_code,
        CASE
            WHEN parameter.resource_rule = 'all' THEN mounted.all_update_on
            ELSE mounted.any_update_on
        END AS exchange_on,
        CASE WHEN entry.last_updated_on <= night.as_of THEN entry.last_updated_on END AS declared_on,
        COALESCE(mounted.has_supply, false) AS has_supply
    FROM entry
    CROSS JOIN night
    CROSS JOIN parameter
    LEFT JOIN mounted ON mounted.catalogue_code = entry.catalogue_code
),
chosen AS (
    SELECT
        evidence.catalogue_code,
        evidence.exchange_on,
        evidence.declared_on,
        CASE
            WHEN parameter.evidence = 'exchange_only' THEN 'exchange'
            WHEN parameter.evidence = 'declared_only' THEN 'declared'
            WHEN parameter.evidence = 'exchange_first' AND evidence.has_supply THEN 'exchange'
            WHEN parameter.evidence = 'exchange_first' THEN 'declared'
            WHEN evidence.declared_on IS NULL THEN 'exchange'
            WHEN evidence.exchange_on >= evidence.declared_on THEN 'exchange'
            ELSE 'declared'
        END AS source
    FROM evidence CROSS JOIN parameter
),
dated AS (
    SELECT
        chosen.*,
        CASE WHEN source = 'exchange' THEN exchange_on ELSE declared_on END AS updated_on
    FROM chosen
),
judged AS (
    SELECT
        entry.catalogue_code,
        entry.org_code,
        entry.update_cycle,
        entry.published_on,
        mounted.first_mounted_on,
        mounted.last_success_on,
        dated.source,
        dated.updated_on,
        dated.declared_on,
        COALESCE(mounted.has_supply, false) AS has_supply,
        CASE
            WHEN shut_out.reason IS NOT NULL THEN shut_out.reason
            WHEN entry.lacks_update OR entry.lacks_cycle THEN 'not_observable'
            WHEN NOT entry.lacks_mount AND NOT COALESCE(mounted.mounted, false) THEN 'not_mounted'
            WHEN cycle.update_cycle IS NOT NULL AND NOT cycle.obligation THEN 'no_cycle_obligation'
            WHEN cycle.update_cycle IS NULL THEN 'cycle_unknown'
            WHEN NOT COALESCE(mounted.mounted AND mounted.all_api, false) THEN NULL
            WHEN parameter.api_rule = 'exclude' THEN 'api_only'
            WHEN parameter.api_rule = 'calls' AND mounted.has_record
                AND COALESCE(mounted.last_success_on >= night.api_since, false) THEN 'api_alive'
            WHEN parameter.api_rule = 'calls' AND mounted.has_record THEN 'api_silent'
        END AS reason
    FROM entry
    CROSS JOIN night
    CROSS JOIN parameter
    JOIN shut_out ON shut_out.catalogue_code = entry.catalogue_code
    JOIN dated ON dated.catalogue_code = entry.catalogue_code
    LEFT JOIN mounted ON mounted.catalogue_code = entry.catalogue_code
    LEFT JOIN cycle ON cycle.update_cycle = entry.update_cycle
)
SELECT
    judged.catalogue_code,
    judged.org_code,
    judged.update_cycle,
    judged.reason,
    judged.has_supply,
    judged.declared_on,
    CASE WHEN reason IN ('api_alive', 'api_silent', 'api_only') THEN last_success_on END AS api_success_on,
    CASE
        WHEN reason IS NOT NULL THEN NULL
        WHEN updated_on IS NULL THEN 'baseline'
        ELSE source
    END AS basis,
    CASE
        WHEN reason IS NOT NULL THEN NULL
        WHEN updated_on IS NULL THEN COALESCE(first_mounted_on, published_on)
        ELSE updated_on
    END AS basis_on
FROM judged
