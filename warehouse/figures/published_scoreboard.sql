-- reads: scoreboard
-- yields: one definition's scoreboard with its revision, in its published order of rows and columns.
SELECT
    * EXCLUDE (change_from_month_end, change_from_quarter_end, small_base),
    CAST($revision AS BIGINT) AS revision,
    change_from_month_end,
    change_from_quarter_end,
    small_base
FROM scoreboard
WHERE definition = $definition
ORDER BY scope_type, scope_code
