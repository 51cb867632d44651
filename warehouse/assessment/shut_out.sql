-- Rules 1 to 3, which mount_rate and update_timeliness share: what is no subject of the rate.
-- reads: entry, night, parameter, exempt
-- yields: per entry the reason of the first of these rules that matches, else null.
SELECT
    entry.catalogue_code,
    CASE
        WHEN COALESCE(entry.publish_status, '') <> '已发布'
            OR COALESCE(entry.published_on > night.as_of, false) THEN 'not_published'
        WHEN exempt.subject_id IS NOT NULL THEN 'exempt'
        WHEN COALESCE(entry.sharing_type, '') = '不予共享'
            AND NOT parameter.count_not_shareable THEN 'not_shareable'
    END AS reason
FROM entry
CROSS JOIN night
CROSS JOIN parameter
LEFT JOIN exempt
    ON exempt.subject_id = entry.catalogue_code AND exempt.indicator = parameter.indicator
