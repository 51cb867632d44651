-- What a new revision of a night changes.
-- reads: assessment_before, assessment_now
-- yields: the subjects with another outcome, reason or organisation than in the revision before,
--         or that are in only one of the two.
SELECT
    COALESCE(assessment_before.subject_id, assessment_now.subject_id) AS subject_id,
    COALESCE(assessment_now.org_code, assessment_before.org_code) AS org_code,
    assessment_before.outcome AS outcome_before,
    assessment_before.reason AS reason_before,
    assessment_now.outcome AS outcome_after,
    assessment_now.reason AS reason_after
FROM assessment_before
FULL JOIN assessment_now ON assessment_now.subject_id = assessment_before.subject_id
WHERE assessment_before.outcome IS DISTINCT FROM assessment_now.outcome
    OR assessment_before.reason IS DISTINCT FROM assessment_now.reason
    OR assessment_before.org_code IS DISTINCT FROM assessment_now.org_code
ORDER BY subject_id
