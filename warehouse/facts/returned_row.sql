-- reads: tonight_finding
-- yields: the first places of a dataset that were sent back tonight.
SELECT
    submission,
    COALESCE(sheet, ''),
    "row",
    COALESCE("column", ''),
    COALESCE(value, ''),
    message,
    what_to_do
FROM tonight_finding
WHERE dataset = $dataset AND severity = 'critical'
ORDER BY submission, sheet, "row", "column", rule
LIMIT $rows
