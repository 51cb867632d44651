-- reads: state_exemption, night
-- yields: what is exempt from which indicator on the day.
SELECT DISTINCT subject_id, indicator
FROM state_exemption
CROSS JOIN night
WHERE (valid_from IS NULL OR valid_from <= as_of)
    AND (valid_to IS NULL OR as_of <= valid_to)
