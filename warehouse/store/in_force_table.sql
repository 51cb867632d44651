-- A published table of rows in force, as every export and the mart show it.
-- reads: {rows}
-- yields: a night's rows in force by key, with their submission's public id and source behind the
--         columns that others rely on. Of a key in force from two sources only the later received.
SELECT
    {front},
    'S' || lpad(CAST(submission AS VARCHAR), 6, '0') AS submission_id,
    source{behind}
FROM {rows} AS in_force
JOIN (
    SELECT key, max(submission) AS submission FROM {rows} GROUP BY key
) AS latest USING (key, submission)
ORDER BY key
