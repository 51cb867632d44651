-- reads: log_rows, fault, note
-- yields: the quarantined rows that equal an earlier one in all cells. The others are kept once by
--         their batch and day, whatever their other cells are.
SELECT position
FROM (
    SELECT position, row_number() OVER (PARTITION BY {cells} ORDER BY position) AS copy
    FROM log_rows
    SEMI JOIN (
        SELECT position FROM fault ANTI JOIN note USING (position) WHERE disposition = 'quarantined'
    ) AS quarantined USING (position)
) AS numbered
WHERE copy > 1
