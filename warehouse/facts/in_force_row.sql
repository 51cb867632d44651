-- Reads: state_catalogue, state_resource, state_field, state_demand, state_organisation,
--        state_exemption, entry, answers (owned_key, owner), merged_row (key, submission, source,
--        sheet, row: rows that became one entry with an earlier row of their file).
-- Yields: where every row in force stands in its file, whom it concerns and what it is about.
--         Of a key in force from two sources only the row that counts.
WITH entries AS (
    SELECT state_catalogue.key, state_catalogue.submission, state_catalogue.sheet,
        state_catalogue.row, entry.org_code
    FROM state_catalogue
    JOIN (
        SELECT key, max(submission) AS submission FROM state_catalogue GROUP BY key
    ) AS latest USING (key, submission)
    JOIN entry ON entry.catalogue_code = state_catalogue.key
)
SELECT 'catalogue' AS dataset, submission, sheet, row, org_code, key AS subject_id
FROM entries
UNION ALL
SELECT
    'catalogue', merged_row.submission, merged_row.sheet, merged_row.row, entries.org_code,
    entries.key
FROM merged_row
JOIN entries ON entries.key = merged_row.key AND entries.submission = merged_row.submission
UNION ALL
SELECT
    'resource', state_resource.submission, state_resource.sheet, state_resource.row,
    entry.org_code, state_resource.key
FROM state_resource
JOIN (
    SELECT key, max(submission) AS submission FROM state_resource GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN entry ON entry.catalogue_code = state_resource.catalogue_code
UNION ALL
SELECT
    'field', state_field.submission, state_field.sheet, state_field.row, entry.org_code,
    state_field.key
FROM state_field
JOIN (
    SELECT key, max(submission) AS submission FROM state_field GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN entry ON entry.catalogue_code = state_field.catalogue_code
UNION ALL
SELECT 'demand', submission, sheet, row, COALESCE(answers.owner, provider_org), key
FROM state_demand
LEFT JOIN answers ON answers.owned_key = provider_org
UNION ALL
SELECT 'organisation', submission, sheet, row, org_code, key
FROM state_organisation
UNION ALL
SELECT 'exemption', submission, sheet, row, '', key
FROM state_exemption
