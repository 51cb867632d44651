-- Rows of the same batch and day: one stays. The place rises in the order of receipt; a row of an
-- earlier log has its number and position there, and stands before this log's.
-- reads: candidate
-- yields: the rows that are no longer in force: superseded, when a finished row came after a
--         running one that was first, else duplicate.
WITH ordered AS (
    SELECT
        *,
        first_value(status) OVER same_batch AS first_status,
        min(place) OVER same_batch AS first_place,
        min(CASE WHEN status IN ('成功', '失败') THEN place END) OVER same_batch AS finished_place
    FROM candidate
    WINDOW same_batch AS (
        PARTITION BY batch_id, log_day ORDER BY place
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),
kept AS (
    SELECT
        *,
        CASE
            WHEN first_status = '执行中' THEN COALESCE(finished_place, first_place)
            ELSE first_place
        END AS kept_place
    FROM ordered
)
SELECT
    place,
    previous,
    previous_position,
    CASE WHEN place = first_place THEN 'superseded' ELSE 'duplicate' END AS disposition
FROM kept
WHERE place <> kept_place
