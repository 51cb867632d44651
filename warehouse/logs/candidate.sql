-- reads: log_rows, repeated_batch, unfit
-- yields: the rows of a log whose batch occurs in it more than once, for log_repeats.
SELECT
    position AS place,
    batch_id,
    log_day,
    status,
    CAST(NULL AS INTEGER) AS previous,
    CAST(NULL AS BIGINT) AS previous_position
FROM log_rows
SEMI JOIN repeated_batch ON hash(log_rows.batch_id) = repeated_batch.batch
ANTI JOIN unfit USING (position)
