-- reads: gathered
-- yields: the rows' keys with the organisation that they belong to: the one that they name.
SELECT key, source, submission, place, {owner} AS owner
FROM gathered
