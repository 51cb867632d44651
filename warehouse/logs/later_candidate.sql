-- reads: log_rows, unfit, candidate, common_day
-- yields: the rows of this log with a batch and day of an earlier one that aren't candidates yet.
SELECT
    position AS place,
    batch_id,
    log_day,
    status,
    CAST(NULL AS INTEGER) AS previous,
    CAST(NULL AS BIGINT) AS previous_position
FROM log_rows
SEMI JOIN common_day ON COALESCE(log_rows.log_day, DATE '0001-01-01') = common_day.day
SEMI JOIN (
    SELECT batch_id, COALESCE(log_day, DATE '0001-01-01') AS day
    FROM candidate
    WHERE previous = $previous
) AS earlier
    ON log_rows.batch_id = earlier.batch_id
    AND COALESCE(log_rows.log_day, DATE '0001-01-01') = earlier.day
ANTI JOIN unfit USING (position)
ANTI JOIN (SELECT place FROM candidate) AS known ON log_rows.position = known.place
