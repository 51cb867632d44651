-- reads: resource, exchange_state
-- yields: per entry, what its resources in force say, and what the log says of the mounted ones.
SELECT
    resource.catalogue_code,
    max(CASE WHEN mounted THEN 1 ELSE 0 END) = 1 AS mounted,
    max(CASE WHEN mount_status = '挂载待审核' THEN 1 ELSE 0 END) = 1 AS pending,
    max(CASE WHEN mount_status = '挂载已退回' THEN 1 ELSE 0 END) = 1 AS returned,
    min(CASE WHEN offline THEN 1 ELSE 0 END) = 1 AS all_offline,
    min(CASE WHEN mounted THEN mounted_on END) AS first_mounted_on,
    sum(CASE WHEN mounted THEN 1 ELSE 0 END)
        = sum(CASE WHEN mounted AND resource_type = '接口' THEN 1 ELSE 0 END) AS all_api,
    max(CASE WHEN mounted AND log.resource_id IS NOT NULL THEN 1 ELSE 0 END) = 1 AS has_record,
    max(CASE WHEN mounted THEN COALESCE(log.has_supply, 0) ELSE 0 END) = 1 AS has_supply,
    max(CASE WHEN mounted THEN log.last_success_on END) AS last_success_on,
    max(CASE WHEN mounted THEN log.last_update_on END) AS any_update_on,
    CASE
        WHEN sum(CASE WHEN mounted AND log.last_update_on IS NULL THEN 1 ELSE 0 END) = 0
        THEN min(CASE WHEN mounted THEN log.last_update_on END)
    END AS all_update_on
FROM resource
LEFT JOIN exchange_state AS log ON log.resource_id = resource.resource_id
GROUP BY resource.catalogue_code
