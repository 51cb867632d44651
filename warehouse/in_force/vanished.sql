-- reads: state_vanished, state_catalogue, after_day
-- yields: entries that a full submission dropped, those of the day added; one that is back is no
--         longer vanished.
SELECT *
FROM state_vanished
WHERE catalogue_code NOT IN (SELECT key FROM after_day)
UNION ALL
SELECT key, name, org_code, submission, source, sheet, row, CAST($day AS DATE)
FROM state_catalogue
WHERE key NOT IN (SELECT key FROM after_day)
