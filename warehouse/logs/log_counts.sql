-- Reads: log_rows (an exchange log as normalised, with log_day), or some of its rows.
-- Yields: one row, for every quality rule the number of rows that break it.
SELECT
    count(*) FILTER (WHERE finished_at < started_at) AS finished_before_started,
    count(*) FILTER (WHERE CAST(started_at AS DATE) < CAST(finished_at AS DATE)) AS crosses_midnight,
    count(*) FILTER (WHERE started_at IS NULL AND finished_at IS NULL) AS no_time,
    count(*) FILTER (WHERE direction IS NULL) AS unknown_direction,
    count(*) FILTER (WHERE status IS NULL) AS unknown_status,
    count(*) FILTER (WHERE status = '成功' AND finished_at IS NULL) AS success_without_end,
    count(*) FILTER (
        WHERE status = '成功' AND direction = '归集' AND row_count = 0 AND NOT COALESCE(verified_no_change, false)
    ) AS success_without_rows,
    count(*) FILTER (WHERE row_count < 0 OR byte_count < 0) AS negative_count,
    count(*) FILTER (WHERE contains(unread, '"direction":')) AS unreadable_direction,
    count(*) FILTER (WHERE contains(unread, '"method":')) AS unreadable_method,
    count(*) FILTER (WHERE contains(unread, '"status":')) AS unreadable_status,
    count(*) FILTER (WHERE contains(unread, '"error_party":')) AS unreadable_error_party,
    count(*) FILTER (WHERE contains(unread, '"started_at":')) AS unreadable_started_at,
    count(*) FILTER (WHERE contains(unread, '"finished_at":')) AS unreadable_finished_at,
    count(*) FILTER (WHERE contains(unread, '"row_count":')) AS unreadable_row_count,
    count(*) FILTER (WHERE contains(unread, '"byte_count":')) AS unreadable_byte_count,
    count(*) FILTER (WHERE contains(unread, '"row_count__unit":')) AS row_count_with_unit,
    count(*) FILTER (WHERE contains(unread, '"byte_count__unit":')) AS byte_count_with_unit,
    count(*) FILTER (WHERE contains(unread, '"verified_no_change":')) AS unreadable_verified_no_change
FROM log_rows
