-- reads: finding
-- yields: the rows that were sent back, as the published table of quarantine shows them.
SELECT 'S' || lpad(CAST(submission AS VARCHAR), 6, '0') AS submission_id, {columns}
FROM finding
WHERE severity = 'critical'
ORDER BY submission, sheet, "row", "column", rule
