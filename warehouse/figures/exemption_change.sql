-- reads: exempt_now, exempt_before
-- yields: what tonight's exemption list adds and takes away against the night before's, in words.
WITH now_ AS (
    SELECT * EXCLUDE (submission) FROM exempt_now
),
before_ AS (
    SELECT * EXCLUDE (submission) FROM exempt_before
),
changed AS (
    (SELECT '新增' AS what, * FROM now_ EXCEPT SELECT '新增', * FROM before_)
    UNION ALL
    (SELECT '取消' AS what, * FROM before_ EXCEPT SELECT '取消', * FROM now_)
)
SELECT
    subject_id,
    what || ' ' || subject_id || ' ' || COALESCE(indicator, '') || ' '
        || COALESCE(CAST(valid_from AS VARCHAR), '') || ' 至 '
        || COALESCE(CAST(valid_to AS VARCHAR), '') AS change
FROM changed
