-- reads: kept_finding, tonight
-- yields: what the suites found in tonight's submissions.
SELECT kept_finding.*
FROM kept_finding
JOIN tonight USING (submission)
