-- Reads: both_ (resources or fields in force before and those that came in), state_catalogue.
-- Yields: the rows' keys with the organisation that they belong to: their entry's, null without.
--         Of an entry in force from two sources the later received counts.
SELECT both_.key, both_.source, both_.submission, both_.place, entries.owner
FROM both_
LEFT JOIN (
    SELECT key, org_code AS owner
    FROM state_catalogue
    JOIN (
        SELECT key, max(submission) AS submission FROM state_catalogue GROUP BY key
    ) AS latest USING (key, submission)
) AS entries ON entries.key = both_.catalogue_code
