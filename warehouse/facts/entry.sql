-- reads: state_catalogue, answers
-- yields: one row per catalogue entry in force, with every column of its contract ({columns}:
--         those but its code and org_code, which is that of who answers for it on the day). A
--         code in force from two sources is one subject: the later received wins.
SELECT
    entries.key AS catalogue_code,
    COALESCE(answers.owner, entries.org_code) AS org_code,
    {columns},
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;mount;%' AS lacks_mount,
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;update;%' AS lacks_update,
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;cycle;%' AS lacks_cycle
FROM state_catalogue AS entries
JOIN (
    SELECT key, max(submission) AS submission FROM state_catalogue GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN answers ON answers.owned_key = entries.org_code
