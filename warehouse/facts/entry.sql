-- Reads: state_catalogue, answers (owned_key, owner).
-- Yields: one row per catalogue entry in force. A code in force from two sources is one
--         subject: the later received wins.
SELECT
    entries.key AS catalogue_code,
    COALESCE(answers.owner, entries.org_code) AS org_code,
    entries.name,
    entries.sharing_type,
    entries.update_cycle,
    entries.publish_status,
    entries.published_on,
    entries.last_updated_on,
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;mount;%' AS lacks_mount,
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;update;%' AS lacks_update,
    ';' || replace(COALESCE(entries.lacks, ''), ' ', '') || ';' LIKE '%;cycle;%' AS lacks_cycle
FROM state_catalogue AS entries
JOIN (
    SELECT key, max(submission) AS submission FROM state_catalogue GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN answers ON answers.owned_key = entries.org_code
