-- reads: log_rows, gone
-- yields: the first record day of a log's rows that are gone; null when none has a time.
SELECT min(CAST(COALESCE(finished_at, started_at) AS DATE))
FROM log_rows
SEMI JOIN gone USING (position)
