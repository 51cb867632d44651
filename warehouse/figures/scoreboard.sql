-- reads: rated, earlier, night
-- yields: the scoreboard without its revision, in its published order of columns. Rates and changes
--         are written with two digits; a change is against the latest revisions of the previous
--         night, month's end and quarter's end.
WITH changed AS (
    SELECT
        rated.*,
        CAST(rated.hundredths AS BIGINT) AS rate,
        CAST(rated.hundredths - before_night.hundredths AS BIGINT) AS from_night,
        CAST(rated.hundredths - before_month.hundredths AS BIGINT) AS from_month,
        CAST(rated.hundredths - before_quarter.hundredths AS BIGINT) AS from_quarter
    FROM rated
    LEFT JOIN earlier AS before_night
        ON before_night.moment = 'night' AND before_night.definition = rated.definition
        AND before_night.scope_type = rated.scope_type
        AND before_night.scope_code = rated.scope_code
    LEFT JOIN earlier AS before_month
        ON before_month.moment = 'month_end' AND before_month.definition = rated.definition
        AND before_month.scope_type = rated.scope_type
        AND before_month.scope_code = rated.scope_code
    LEFT JOIN earlier AS before_quarter
        ON before_quarter.moment = 'quarter_end' AND before_quarter.definition = rated.definition
        AND before_quarter.scope_type = rated.scope_type
        AND before_quarter.scope_code = rated.scope_code
)
SELECT
    night.as_of,
    indicator,
    definition,
    scope_type,
    scope_code,
    scope_name,
    numerator,
    denominator,
    excluded,
    CAST(CAST((rate - rate % 100) / 100 AS BIGINT) AS VARCHAR)
        || '.' || lpad(CAST(rate % 100 AS VARCHAR), 2, '0') AS rate_display,
    target_percent,
    attained,
    CAST(shortfall AS BIGINT) AS shortfall,
    CAST(rank AS BIGINT) AS rank,
    CASE WHEN from_night < 0 THEN '-' ELSE '' END
        || CAST(CAST((abs(from_night) - abs(from_night) % 100) / 100 AS BIGINT) AS VARCHAR)
        || '.' || lpad(CAST(abs(from_night) % 100 AS VARCHAR), 2, '0') AS change_from_previous_night,
    CASE WHEN from_month < 0 THEN '-' ELSE '' END
        || CAST(CAST((abs(from_month) - abs(from_month) % 100) / 100 AS BIGINT) AS VARCHAR)
        || '.' || lpad(CAST(abs(from_month) % 100 AS VARCHAR), 2, '0') AS change_from_month_end,
    CASE WHEN from_quarter < 0 THEN '-' ELSE '' END
        || CAST(CAST((abs(from_quarter) - abs(from_quarter) % 100) / 100 AS BIGINT) AS VARCHAR)
        || '.' || lpad(CAST(abs(from_quarter) % 100 AS VARCHAR), 2, '0') AS change_from_quarter_end,
    denominator > 0 AND denominator < 10 AS small_base
FROM changed
CROSS JOIN night
