-- reads: state_catalogue
-- yields: the codes of entries in force from two sources, and these.
SELECT key, string_agg(source, '、' ORDER BY source) AS sources
FROM state_catalogue
GROUP BY key
HAVING count(*) > 1
