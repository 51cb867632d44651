-- reads: exchange_daily
-- yields: how many rows there are, and the first and last record day.
SELECT count(*), min(day), max(day)
FROM exchange_daily
