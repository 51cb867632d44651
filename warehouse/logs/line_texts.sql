-- reads: {line}
-- yields: the texts of lines, those first that a log keeps as they were written.
SELECT
    position,
    list_filter(
        [batch_id, resource_id, provider_org, consumer_org, content_hash, error_code, message]
            || COALESCE(json_extract_string(unread, '$.*'), []),
        lambda cell: cell IS NOT NULL
    ) AS cells
FROM {line}
ORDER BY position
