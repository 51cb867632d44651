-- Rows that belong to rows of the dataset $above, whose key is in {key}; in_force_row has those
-- already.
-- reads: {state}, in_force_row
-- yields: the rows for in_force_row; they concern whom the rows concern that they belong to. Of a
--         key in force from two sources only the row that counts.
SELECT $dataset, state.submission, state.sheet, state.row, above.org_code, state.key
FROM {state} AS state
JOIN (
    SELECT key, max(submission) AS submission FROM {state} GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN in_force_row AS above
    ON above.dataset = $above AND above.subject_id = state.{key}
