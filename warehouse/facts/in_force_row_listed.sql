-- reads: {state}
-- yields: the rows for in_force_row; they concern {concerned}: nobody or, in the list of
--         organisations, the organisation itself.
SELECT $dataset, submission, sheet, row, {concerned}, key
FROM {state}
