-- reads: standing
-- yields: of a dataset, by rule, how many findings there are on rows in force; the gravest first.
SELECT rule, severity, count(*) AS rows, min(message) AS message, min(what_to_do) AS what_to_do
FROM standing
WHERE dataset = $dataset
GROUP BY rule, severity
ORDER BY
    CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
    rows DESC,
    rule
