-- Reads: both_ (entries in force before and those that came in).
-- Yields: the entries' keys with the organisation that they belong to: the one their row names.
SELECT key, source, submission, place, org_code AS owner
FROM both_
