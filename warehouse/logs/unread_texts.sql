-- reads: log_rows
-- yields: the different texts of a column that are no values as far as is known.
SELECT DISTINCT json_extract_string(unread, '$.' || $column) AS written
FROM log_rows
WHERE contains(unread, '"' || $column || '":')
ORDER BY written
