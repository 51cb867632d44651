-- reads: {log}
-- yields: a log's rows with their position in its file and their log day: the Shanghai date of
--         started_at, else of finished_at.
SELECT
    *,
    file_row_number AS position,
    CAST(COALESCE(started_at, finished_at) AS DATE) AS log_day
FROM {log}
