-- Hashes are half as wide as batches; two batches with the same one are told apart later.
-- reads: log_rows
-- yields: the hashes of batches that occur more than once in a log.
SELECT hash(batch_id) AS batch
FROM log_rows
GROUP BY ALL
HAVING count(*) > 1
