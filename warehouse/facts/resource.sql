-- reads: state_resource, night
-- yields: one row per resource in force and whether it passes rule 5 of mount_rate on the day.
--         A resource in force from two sources: the later received wins.
SELECT
    state_resource.catalogue_code,
    state_resource.key AS resource_id,
    state_resource.resource_type,
    state_resource.mount_status,
    COALESCE(state_resource.resource_status, '正常') IN ('停用', '已下线') AS offline,
    state_resource.mounted_on,
    COALESCE(state_resource.mount_status IN ('已挂载', '变更待审核'), false)
        AND COALESCE(state_resource.resource_status, '正常') NOT IN ('停用', '已下线')
        AND COALESCE(state_resource.mounted_on <= night.as_of, true) AS mounted
FROM state_resource
JOIN (
    SELECT key, max(submission) AS submission FROM state_resource GROUP BY key
) AS latest USING (key, submission)
CROSS JOIN night
