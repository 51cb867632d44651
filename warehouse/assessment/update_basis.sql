-- 数据更新及时率, indicators.md section 3: rules 1 to 7 and the date that rules 8 to 10 count from.
-- reads: entry, shut_out, mounted, update_evidence, night, parameter, cycle
-- yields: per entry the reason of rules 1 to 7, or null and the date to count from:
--         basis_on with basis 'exchange', 'declared' or 'baseline'.
WITH judged AS (
    SELECT
        entry.catalogue_code,
        entry.org_code,
        entry.update_cycle,
        entry.published_on,
        mounted.first_mounted_on,
        mounted.last_success_on,
        update_evidence.exchange_on,
        update_evidence.declared_on,
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
    JOIN update_evidence ON update_evidence.catalogue_code = entry.catalogue_code
    LEFT JOIN mounted ON mounted.catalogue_code = entry.catalogue_code
    LEFT JOIN cycle ON cycle.update_cycle = entry.update_cycle
)
SELECT
    catalogue_code,
    org_code,
    update_cycle,
    reason,
    CASE WHEN reason IN ('api_alive', 'api_silent', 'api_only') THEN last_success_on END AS api_success_on,
    CASE
        WHEN reason IS NOT NULL THEN NULL
        WHEN COALESCE(exchange_on, declared_on) IS NULL THEN 'baseline'
        WHEN declared_on IS NULL OR exchange_on >= declared_on THEN 'exchange'
        ELSE 'declared'
    END AS basis,
    CASE
        WHEN reason IS NOT NULL THEN NULL
        WHEN COALESCE(exchange_on, declared_on) IS NULL THEN COALESCE(first_mounted_on, published_on)
        WHEN declared_on IS NULL OR exchange_on >= declared_on THEN exchange_on
        ELSE declared_on
    END AS basis_on
FROM judged
