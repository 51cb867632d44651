-- reads: assessment_before, assessment_now
-- yields: how many rows of one assessment are not in the other; 0 if they are the same.
SELECT count(*)
FROM (
    (SELECT * FROM assessment_before EXCEPT SELECT * FROM assessment_now)
    UNION ALL
    (SELECT * FROM assessment_now EXCEPT SELECT * FROM assessment_before)
) AS differing
