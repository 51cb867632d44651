-- reads: finding
-- yields: of a submission, by severity and rule, how many findings there are, and one of them.
SELECT severity, rule, count(*) AS places, min(message) AS example
FROM finding
WHERE submission = $submission
GROUP BY severity, rule
ORDER BY severity, places DESC, rule
