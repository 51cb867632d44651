-- reads: incoming_rows_file, refused
-- yields: the rows of some submissions that were not sent back after all.
SELECT *
FROM incoming_rows_file
ANTI JOIN refused USING (submission, key)
WHERE list_contains($submissions, submission)
