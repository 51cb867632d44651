-- reads: first_assessment, second_assessment
-- yields: the subjects with another outcome under a second definition than under a first.
SELECT
    COALESCE(first_assessment.subject_id, second_assessment.subject_id) AS subject_id,
    COALESCE(first_assessment.org_code, second_assessment.org_code) AS org_code,
    first_assessment.outcome,
    first_assessment.reason,
    second_assessment.outcome AS other_outcome,
    second_assessment.reason AS other_reason
FROM first_assessment
FULL JOIN second_assessment ON second_assessment.subject_id = first_assessment.subject_id
WHERE first_assessment.outcome IS DISTINCT FROM second_assessment.outcome
ORDER BY subject_id
