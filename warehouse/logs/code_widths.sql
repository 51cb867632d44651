-- reads: log_rows
-- yields: how many different resource ids of digits there are of each width, with and without a
--         leading zero.
WITH code AS MATERIALIZED (
    SELECT DISTINCT resource_id AS digits FROM log_rows
)
SELECT strlen(digits) AS width, starts_with(digits, '0') AS with_zero, count(*) AS codes
FROM code
WHERE regexp_full_match(digits, '[0-9]+')
GROUP BY ALL
