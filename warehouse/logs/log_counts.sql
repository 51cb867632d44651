-- reads: broken_rule
-- yields: one row, for every quality rule the number of rows in force that break it.
SELECT
    count(*) FILTER (WHERE finished_before_started) AS finished_before_started,
    count(*) FILTER (WHERE crosses_midnight) AS crosses_midnight,
    count(*) FILTER (WHERE no_time) AS no_time,
    count(*) FILTER (WHERE unknown_direction) AS unknown_direction,
    count(*) FILTER (WHERE unknown_status) AS unknown_status,
    count(*) FILTER (WHERE success_without_end) AS success_without_end,
    count(*) FILTER (WHERE success_without_rows) AS success_without_rows,
    count(*) FILTER (WHERE negative_count) AS negative_count,
    count(*) FILTER (WHERE unreadable_direction) AS unreadable_direction,
    count(*) FILTER (WHERE unreadable_method) AS unreadable_method,
    count(*) FILTER (WHERE unreadable_status) AS unreadable_status,
    count(*) FILTER (WHERE unreadable_error_party) AS unreadable_error_party,
    count(*) FILTER (WHERE unreadable_started_at) AS unreadable_started_at,
    count(*) FILTER (WHERE unreadable_finished_at) AS unreadable_finished_at,
    count(*) FILTER (WHERE unreadable_row_count) AS unreadable_row_count,
    count(*) FILTER (WHERE unreadable_byte_count) AS unreadable_byte_count,
    count(*) FILTER (WHERE row_count_with_unit) AS row_count_with_unit,
    count(*) FILTER (WHERE byte_count_with_unit) AS byte_count_with_unit,
    count(*) FILTER (WHERE unreadable_verified_no_change) AS unreadable_verified_no_change
FROM broken_rule
