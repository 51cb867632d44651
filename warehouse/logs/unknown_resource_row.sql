-- reads: log_rows, state_resource
-- yields: the positions of the rows whose resource isn't in force, and what they call it.
SELECT position, resource_id
FROM log_rows
ANTI JOIN state_resource ON state_resource.key = log_rows.resource_id
ORDER BY position
