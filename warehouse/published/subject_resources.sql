-- reads: state_resource, resource
-- yields: an entry's resources in force and whether they are mounted; of one in force from two
--         sources the later received.
SELECT state_resource.*, resource.mounted
FROM state_resource
JOIN (
    SELECT key, max(submission) AS submission FROM state_resource GROUP BY key
) AS latest USING (key, submission)
JOIN resource ON resource.resource_id = state_resource.key
WHERE state_resource.catalogue_code = $subject
ORDER BY state_resource.key
