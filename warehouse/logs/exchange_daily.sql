-- What exchange logs say by day, which all indicators are worked out from. The record day is the
-- Shanghai date of finished_at, else of started_at; the log day the other way round. A success
-- without its end counts as an attempt only, because no rule accepts it as evidence.
-- reads: log_rows
-- yields: one row per record day, log day, resource, direction and consumer; rows and bytes are
--         those of successes.
SELECT *, CASE WHEN successes > 0 THEN day END AS last_success_on
FROM (
    SELECT
        CAST(COALESCE(finished_at, started_at) AS DATE) AS day,
        log_day,
        resource_id,
        direction,
        consumer_org,
        count(*) AS attempts,
        count(*) FILTER (WHERE status = '成功' AND finished_at IS NOT NULL) AS successes,
        count(*) FILTER (WHERE status = '失败') AS failures,
        count(*) FILTER (
            WHERE direction = '归集' AND status = '成功' AND finished_at IS NOT NULL
                AND (row_count > 0 OR verified_no_change)
        ) AS effective_updates,
        TRY_CAST(sum(row_count) FILTER (WHERE status = '成功') AS BIGINT) AS rows,
        TRY_CAST(sum(byte_count) FILTER (WHERE status = '成功') AS BIGINT) AS bytes,
        min(COALESCE(started_at, finished_at)) AS first_at,
        max(COALESCE(finished_at, started_at)) AS last_at,
        -- Seconds and then the order of receipt, in one number: no two rows tie.
        max_by(
            content_hash,
            CAST(greatest(least(epoch(COALESCE(finished_at, started_at)), 8000000000), 0) AS BIGINT) * 1073741824 + position
        ) FILTER (WHERE status = '成功') AS last_hash
    FROM log_rows
    GROUP BY ALL
) AS counted
ORDER BY day, log_day, resource_id, direction, consumer_org
