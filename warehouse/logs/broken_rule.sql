-- The quality rules of exchange logs, row by row; expectations/exchange_daily.yaml says what they
-- mean.
-- reads: log_rows
-- yields: for every row in force its position and which rules it breaks; null is no.
SELECT
    position,
    finished_at < started_at AS finished_before_started,
    CAST(started_at AS DATE) < CAST(finished_at AS DATE) AS crosses_midnight,
    started_at IS NULL AND finished_at IS NULL AS no_time,
    direction IS NULL AS unknown_direction,
    status IS NULL AS unknown_status,
    status = '成功' AND finished_at IS NULL AS success_without_end,
    status = '成功' AND direction = '归集' AND row_count = 0 AND NOT COALESCE(verified_no_change, false) AS success_without_rows,
    row_count < 0 OR byte_count < 0 AS negative_count,
    contains(unread, '"direction":') AS unreadable_direction,
    contains(unread, '"method":') AS unreadable_method,
    contains(unread, '"status":') AS unreadable_status,
    contains(unread, '"error_party":') AS unreadable_error_party,
    contains(unread, '"started_at":') AS unreadable_started_at,
    contains(unread, '"finished_at":') AS unreadable_finished_at,
    contains(unread, '"row_count":') AS unreadable_row_count,
    contains(unread, '"byte_count":') AS unreadable_byte_count,
    contains(unread, '"row_count__unit":') AS row_count_with_unit,
    contains(unread, '"byte_count__unit":') AS byte_count_with_unit,
    contains(unread, '"verified_no_change":') AS unreadable_verified_no_change
FROM log_rows
