-- reads: earlier_scoreboard
-- yields: the rates of a published scoreboard in hundredths of a percent, for a trend against the
--         moment that it was published for.
SELECT
    CAST($moment AS VARCHAR) AS moment,
    definition,
    scope_type,
    scope_code,
    CAST(replace(rate_display, '.', '') AS BIGINT) AS hundredths
FROM earlier_scoreboard
WHERE rate_display IS NOT NULL
