-- reads: {state}, answers
-- yields: the rows for in_force_row; they concern whoever answers for that organisation. Of a key
--         in force from two sources only the row that counts.
SELECT
    $dataset, state.submission, state.sheet, state.row,
    COALESCE(answers.owner, state.{owner}), state.key
FROM {state} AS state
JOIN (
    SELECT key, max(submission) AS submission FROM {state} GROUP BY key
) AS latest USING (key, submission)
LEFT JOIN answers ON answers.owned_key = state.{owner}
