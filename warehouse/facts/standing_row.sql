-- reads: finding, log_file, in_force_row
-- yields: the first places of a dataset's findings on rows in force and on the day's logs.
SELECT
    submission,
    COALESCE(sheet, ''),
    "row",
    COALESCE("column", ''),
    COALESCE(value, ''),
    message,
    what_to_do
FROM finding
WHERE dataset = $dataset AND severity <> 'critical' AND (
    (dataset = 'exchange_log' AND submission IN (SELECT submission FROM log_file))
    OR (dataset, submission, sheet, "row") IN (
        SELECT (dataset, submission, sheet, "row") FROM in_force_row
    )
)
ORDER BY
    CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
    submission, sheet, "row", "column", rule
LIMIT $rows
