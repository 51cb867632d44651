-- reads: unfit, log_repeats
-- yields: the rows of a log that are not in force, each with what became of it and why.
SELECT position, disposition, rule, "column", value
FROM unfit
UNION ALL
SELECT place, disposition, NULL, NULL, NULL
FROM log_repeats
WHERE previous IS NULL
ORDER BY position
