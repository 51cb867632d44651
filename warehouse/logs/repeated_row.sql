-- reads: dropped_file
-- yields: the positions of the rows that repeat an earlier one.
SELECT position FROM dropped_file WHERE disposition = 'duplicate' ORDER BY position
