-- reads: exchange_daily
-- yields: what the exchange logs say of some resources up to a day, the newest first, and in which
--         lake files.
SELECT
    day,
    resource_id,
    direction,
    sum(attempts) AS attempts,
    sum(successes) AS successes,
    sum(failures) AS failures,
    sum(effective_updates) AS effective_updates,
    sum(rows) AS rows,
    string_agg(DISTINCT filename, '|' ORDER BY filename) AS files
FROM exchange_daily
WHERE day <= $day AND list_contains($resources, resource_id)
GROUP BY day, resource_id, direction
ORDER BY day DESC, resource_id, direction
