-- reads: assessment, subject_kind, origin
-- yields: outcomes by definition and source of the subjects; per definition they sum to the whole.
SELECT
    assessment.definition,
    COALESCE(origin.source, '') AS source,
    count(*) AS subjects,
    count(*) FILTER (WHERE outcome = 'met') AS met,
    count(*) FILTER (WHERE outcome = 'missed') AS missed,
    count(*) FILTER (WHERE outcome = 'excluded') AS excluded
FROM assessment
JOIN subject_kind USING (indicator)
LEFT JOIN origin
    ON origin.subject_id = assessment.subject_id AND origin.dataset = subject_kind.dataset
GROUP BY ALL
ORDER BY ALL
