-- reads: state_exemption
-- yields: the exemptions of a subject from an indicator, whenever they hold.
SELECT *
FROM state_exemption
WHERE subject_id = $subject AND indicator = $indicator
ORDER BY valid_from
