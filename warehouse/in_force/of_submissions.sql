-- reads: {rows}
-- yields: the rows of some submissions.
SELECT * FROM {rows} WHERE list_contains($submissions, submission)
