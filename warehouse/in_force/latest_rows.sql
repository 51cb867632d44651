-- reads: known_before, incoming
-- yields: the last accepted row of every key, of what was known before and what came in.
WITH known AS (
    SELECT {columns} FROM known_before
    UNION ALL
    SELECT {columns} FROM incoming
),
latest AS (
    SELECT key, max(submission) AS submission FROM known GROUP BY key
)
SELECT known.* FROM known JOIN latest USING (key, submission) ORDER BY key
