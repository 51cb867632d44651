-- reads: exchange_daily
-- yields: a log's rows in force by log day.
SELECT log_day, CAST(sum(attempts) AS BIGINT) AS rows
FROM exchange_daily
GROUP BY log_day
ORDER BY log_day
