-- reads: dropped
-- yields: of how many rows of a log became what, but for those in force.
SELECT disposition, count(*) AS rows
FROM dropped
GROUP BY disposition
