-- reads: {assessment}
-- yields: how many subjects have which outcome for which reason, the most frequent first.
SELECT outcome, reason, count(*) AS subjects
FROM {assessment}
GROUP BY outcome, reason
ORDER BY subjects DESC, reason, outcome
