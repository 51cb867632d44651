-- Rows that became one with an earlier row of their file; in_force_row has the others already.
-- reads: merged_row, in_force_row
-- yields: these rows for in_force_row; they concern whom the row concerns that they became.
SELECT
    $dataset, merged_row.submission, merged_row.sheet, merged_row.row, kept.org_code,
    kept.subject_id
FROM merged_row
JOIN in_force_row AS kept
    ON kept.dataset = $dataset AND kept.subject_id = merged_row.key
    AND kept.submission = merged_row.submission
