-- Where every row in force stands in its file, whom it concerns and what it is about.
-- reads: nothing
-- yields: no row, and the columns.
SELECT
    CAST(NULL AS VARCHAR) AS dataset, CAST(NULL AS BIGINT) AS submission,
    CAST(NULL AS VARCHAR) AS sheet, CAST(NULL AS BIGINT) AS row,
    CAST(NULL AS VARCHAR) AS org_code, CAST(NULL AS VARCHAR) AS subject_id
WHERE false
