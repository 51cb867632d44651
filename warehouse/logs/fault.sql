-- Why a row of a log can't be accepted, or is none; the order of the branches is the order of the
-- rules. What makes a code missing or damaged is in logs/log_types.py.
-- reads: log_rows
-- yields: every such row's position, what becomes of it, the rule, and the column and value blamed.
SELECT
    position,
    CASE WHEN fault IN ('blank_row', 'repeated_header') THEN 'skipped' ELSE 'quarantined' END
        AS disposition,
    CASE WHEN fault IN ('batch_id_damaged', 'resource_id_damaged') THEN 'code_damaged' ELSE fault END
        AS rule,
    CASE
        WHEN fault IN ('batch_id_missing', 'batch_id_damaged') THEN 'batch_id'
        WHEN fault IN ('resource_id_missing', 'resource_id_damaged') THEN 'resource_id'
        ELSE ''
    END AS "column",
    CASE
        WHEN fault IN ('batch_id_missing', 'batch_id_damaged') THEN batch_id
        WHEN fault IN ('resource_id_missing', 'resource_id_damaged') THEN resource_id
        WHEN fault = 'cells_beyond_header' THEN json_extract_string(unread, '$.beyond_header')
    END AS value
FROM (
    SELECT
        position,
        batch_id,
        resource_id,
        unread,
        CASE
            WHEN {is_blank} THEN 'blank_row'
            WHEN {repeats_header} THEN 'repeated_header'
            WHEN contains(unread, '"beyond_header":') THEN 'cells_beyond_header'
            WHEN {batch_id_missing} THEN 'batch_id_missing'
            WHEN {resource_id_missing} THEN 'resource_id_missing'
            WHEN {batch_id_damaged} THEN 'batch_id_damaged'
            WHEN {resource_id_damaged} THEN 'resource_id_damaged'
            -- Where codes are of one width, a shorter one has lost its leading zeros.
            WHEN strlen(resource_id) < CAST($width AS BIGINT)
                AND regexp_full_match(resource_id, '[0-9]+') THEN 'resource_id_damaged'
        END AS fault
    FROM log_rows
) AS judged
WHERE fault IS NOT NULL
