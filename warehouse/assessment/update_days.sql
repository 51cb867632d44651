-- 数据更新及时率, method periods: on how many days updates were made.
-- reads: exchange_new, resource, update_evidence, parameter
-- yields: per entry the number of distinct days with an effective update (rule any: over all
--         mounted resources; all: the resource with the fewest), and whether the declared day
--         is one of them.
WITH mounted_resource AS (
    SELECT catalogue_code, resource_id FROM resource WHERE mounted
),
resource_day AS (
    SELECT DISTINCT mounted_resource.catalogue_code, mounted_resource.resource_id, day
    FROM mounted_resource
    JOIN exchange_new ON exchange_new.resource_id = mounted_resource.resource_id
    WHERE effective_updates > 0
),
per_resource AS (
    SELECT
        mounted_resource.catalogue_code,
        mounted_resource.resource_id,
        count(resource_day.day) AS days
    FROM mounted_resource
    LEFT JOIN resource_day USING (catalogue_code, resource_id)
    GROUP BY mounted_resource.catalogue_code, mounted_resource.resource_id
),
fewest AS (
    SELECT catalogue_code, min(days) AS days FROM per_resource GROUP BY catalogue_code
),
together AS (
    SELECT
        resource_day.catalogue_code,
        count(DISTINCT day) AS days,
        max(CASE WHEN day = declared_on THEN 1 ELSE 0 END) AS declared_seen
    FROM resource_day
    JOIN update_evidence ON update_evidence.catalogue_code = resource_day.catalogue_code
    GROUP BY resource_day.catalogue_code
)
SELECT
    fewest.catalogue_code,
    CASE
        WHEN parameter.resource_rule = 'all' THEN fewest.days
        ELSE COALESCE(together.days, 0)
    END AS exchange_days,
    COALESCE(together.declared_seen, 0) AS declared_seen
FROM fewest
CROSS JOIN parameter
LEFT JOIN together ON together.catalogue_code = fewest.catalogue_code
