-- reads: log_rows
-- yields: the positions of the rows of days to come.
SELECT position FROM log_rows WHERE log_day > $day ORDER BY position
