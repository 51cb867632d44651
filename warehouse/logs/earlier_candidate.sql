-- 0001-01-01 stands for an unknown day where rows are joined by their day.
-- reads: earlier_rows, log_rows, unfit, common_day
-- yields: the rows of an earlier log with a batch and day of this one, for log_repeats.
SELECT
    CAST($place AS BIGINT) AS place,
    earlier_rows.batch_id,
    earlier_rows.log_day,
    earlier_rows.status,
    CAST($previous AS INTEGER) AS previous,
    earlier_rows.position AS previous_position
FROM earlier_rows
SEMI JOIN common_day ON COALESCE(earlier_rows.log_day, DATE '0001-01-01') = common_day.day
SEMI JOIN (
    SELECT log_rows.batch_id, COALESCE(log_rows.log_day, DATE '0001-01-01') AS day
    FROM log_rows
    SEMI JOIN common_day ON COALESCE(log_rows.log_day, DATE '0001-01-01') = common_day.day
    ANTI JOIN unfit USING (position)
) AS tonight
    ON earlier_rows.batch_id = tonight.batch_id
    AND COALESCE(earlier_rows.log_day, DATE '0001-01-01') = tonight.day
