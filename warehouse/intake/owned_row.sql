-- Reads: both_ (entries in force before and those that came in).
-- Yields: the entries with the organisation that they belong to: the one their row names.
SELECT both_.*, both_.org_code AS owner
FROM both_
