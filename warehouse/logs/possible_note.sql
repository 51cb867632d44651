-- reads: log_rows
-- yields: the last lines of a log that have neither direction nor state nor time: totals and notes
--         stand at its end, if anywhere.
SELECT *
FROM log_rows
WHERE COALESCE(direction, status) IS NULL AND COALESCE(started_at, finished_at) IS NULL
ORDER BY position DESC
LIMIT $lines
