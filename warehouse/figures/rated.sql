-- reads: counted
-- yields: counted with rate, attainment, shortfall and rank, all in integers: a rate is rounded
--         down to hundredths of a percent, a rank compares fractions by cross-multiplication.
WITH fraction AS (
    SELECT DISTINCT definition, scope_type, rank_group, numerator, denominator
    FROM counted
    WHERE denominator > 0 AND scope_type IN ('org', 'region')
),
better AS (
    SELECT
        fraction.definition,
        fraction.scope_type,
        fraction.rank_group,
        fraction.numerator,
        fraction.denominator,
        count(other.definition) AS ahead
    FROM fraction
    LEFT JOIN counted AS other
        ON other.definition = fraction.definition
        AND other.scope_type = fraction.scope_type
        AND other.rank_group = fraction.rank_group
        AND other.denominator > 0
        AND other.numerator * fraction.denominator > fraction.numerator * other.denominator
    GROUP BY
        fraction.definition, fraction.scope_type, fraction.rank_group, fraction.numerator,
        fraction.denominator
)
SELECT
    counted.*,
    CASE
        WHEN counted.denominator > 0 THEN
            (counted.numerator * 10000 - (counted.numerator * 10000) % counted.denominator)
            / counted.denominator
    END AS hundredths,
    counted.denominator > 0
        AND counted.numerator * 100 * target_denominator >= target_numerator * counted.denominator
        AS attained,
    CASE
        WHEN counted.denominator = 0 THEN 0
        WHEN counted.numerator * 100 * target_denominator >= target_numerator * counted.denominator
            THEN 0
        ELSE
            (
                target_numerator * counted.denominator
                + (100 * target_denominator
                    - (target_numerator * counted.denominator) % (100 * target_denominator))
                    % (100 * target_denominator)
            ) / (100 * target_denominator) - counted.numerator
    END AS shortfall,
    CASE WHEN better.ahead IS NOT NULL THEN better.ahead + 1 END AS rank
FROM counted
LEFT JOIN better
    ON better.definition = counted.definition
    AND better.scope_type = counted.scope_type
    AND better.rank_group = counted.rank_group
    AND better.numerator = counted.numerator
    AND better.denominator = counted.denominator
