-- Of a dataset whose rows belong to rows of another, which is {above}.
-- reads: gathered, {above}
-- yields: the rows' keys with the organisation that they belong to: the {owner} of the row whose
--         key stands in {key}, null without. Of one in force from two sources the later counts.
SELECT gathered.key, gathered.source, gathered.submission, gathered.place, owners.owner
FROM gathered
LEFT JOIN (
    SELECT key, {owner} AS owner
    FROM {above}
    JOIN (
        SELECT key, max(submission) AS submission FROM {above} GROUP BY key
    ) AS latest USING (key, submission)
) AS owners ON owners.key = gathered.{key}
