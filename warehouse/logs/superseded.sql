-- reads: log_repeats
-- yields: the positions of an earlier log's rows that this one supersedes.
SELECT previous_position AS position, 'superseded' AS disposition
FROM log_repeats
WHERE previous = $previous AND disposition = 'superseded'
ORDER BY position
