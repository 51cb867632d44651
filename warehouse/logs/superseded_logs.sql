-- reads: log_repeats
-- yields: which of the earlier logs this one supersedes rows of.
SELECT DISTINCT previous
FROM log_repeats
WHERE previous IS NOT NULL AND disposition = 'superseded'
ORDER BY previous
