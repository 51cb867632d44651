-- reads: exchange_daily, state_resource
-- yields: how many attempts of a log name a resource that isn't in force, and how many a day to come.
SELECT
    COALESCE(sum(CASE WHEN known.key IS NULL THEN attempts END), 0) AS unknown_resource,
    COALESCE(sum(CASE WHEN day > $day THEN attempts END), 0) AS future_day
FROM exchange_daily
LEFT JOIN (SELECT DISTINCT key FROM state_resource) AS known
    ON known.key = exchange_daily.resource_id
