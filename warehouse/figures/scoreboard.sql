-- Reads: rated, earlier (moment, definition, scope_type, scope_code, hundredths: the latest
--        revisions of the previous night, month's end and quarter's end), night.
-- Yields: the scoreboard without its revision, in its published order.
SELECT
    night.as_of,
    rated.indicator,
    rated.definition,
    rated.scope_type,
    rated.scope_code,
    rated.scope_name,
    rated.numerator,
    rated.denominator,
    rated.excluded,
    {rate_display} AS rate_display,
    rated.target_percent,
    rated.attained,
    CAST(rated.shortfall AS BIGINT) AS shortfall,
    CAST(rated.rank AS BIGINT) AS rank,
    {from_night} AS change_from_previous_night,
    {from_month} AS change_from_month_end,
    {from_quarter} AS change_from_quarter_end,
    rated.denominator > 0 AND rated.denominator < 10 AS small_base
FROM rated
CROSS JOIN night
LEFT JOIN earlier AS before_night
    ON before_night.moment = 'night' AND before_night.definition = rated.definition
    AND before_night.scope_type = rated.scope_type AND before_night.scope_code = rated.scope_code
LEFT JOIN earlier AS before_month
    ON before_month.moment = 'month_end' AND before_month.definition = rated.definition
    AND before_month.scope_type = rated.scope_type AND before_month.scope_code = rated.scope_code
LEFT JOIN earlier AS before_quarter
    ON before_quarter.moment = 'quarter_end' AND before_quarter.definition = rated.definition
    AND before_quarter.scope_type = rated.scope_type
    AND before_quarter.scope_code = rated.scope_code
