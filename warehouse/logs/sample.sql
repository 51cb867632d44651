-- reads: received
-- yields: the first rows of a received log.
SELECT * FROM received LIMIT $rows
