-- reads: tonight_finding
-- yields: of a dataset, by rule, how many rows were sent back tonight; the most first.
SELECT
    rule,
    severity,
    count(DISTINCT (submission, sheet, "row")) AS rows,
    min(message) AS message,
    min(what_to_do) AS what_to_do
FROM tonight_finding
WHERE dataset = $dataset AND severity = 'critical'
GROUP BY rule, severity
ORDER BY rows DESC, rule
