-- reads: finding
-- yields: the first places of a submission that were sent back.
SELECT sheet, "row", "column", value, message, what_to_do
FROM finding
WHERE submission = $submission AND severity = 'critical'
ORDER BY sheet, "row", "column", rule
LIMIT $places
