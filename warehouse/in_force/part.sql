-- reads: candidate, full_submission
-- yields: whose rows a full submission replaces: the organisations that it has rows of.
SELECT DISTINCT candidate.submission, candidate.source, candidate.owner
FROM candidate
JOIN full_submission USING (submission)
WHERE candidate.owner IS NOT NULL
