-- reads: dropped, title
-- yields: the quarantined rows with the numbers and headers that the sender knows them by.
SELECT
    dropped.position + CAST($first_row AS BIGINT) AS row,
    COALESCE(title.header, dropped."column") AS "column",
    dropped.value,
    dropped.rule
FROM dropped
LEFT JOIN title ON title.name = dropped."column"
WHERE dropped.disposition = 'quarantined'
ORDER BY dropped.position
