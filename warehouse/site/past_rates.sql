-- reads: past_scoreboard
-- yields: the displayed rate of the whole by day.
SELECT as_of, rate_display
FROM past_scoreboard
WHERE scope_type = 'all' AND rate_display IS NOT NULL
ORDER BY as_of
