-- What a day's submissions replace. A candidate's place is 0 if it was in force before, else its
-- submission: of one day the later received wins. A full submission replaces the rows of the
-- organisations in part; a whole one those of its source, but for the parts that were spared. Of a
-- row that was sent back (kept) the last accepted one stays.
-- reads: candidate, part, whole_part, spared_part, kept
-- yields: the candidates that nothing later has replaced; source, key and place name a row.
WITH latest AS (
    SELECT source, key, max(place) AS place
    FROM candidate
    GROUP BY source, key
),
replaced AS (
    SELECT candidate.source, candidate.key, candidate.place
    FROM candidate
    JOIN part ON part.source = candidate.source AND part.owner = candidate.owner
        AND part.submission > candidate.place
    LEFT JOIN kept ON kept.submission = part.submission AND kept.key = candidate.key
    WHERE kept.key IS NULL
    UNION
    SELECT candidate.source, candidate.key, candidate.place
    FROM candidate
    JOIN whole_part ON whole_part.source = candidate.source
        AND whole_part.submission > candidate.place
    LEFT JOIN spared_part ON spared_part.submission = whole_part.submission
        AND spared_part.owner = candidate.owner
    LEFT JOIN kept ON kept.submission = whole_part.submission AND kept.key = candidate.key
    WHERE kept.key IS NULL AND spared_part.owner IS NULL
)
SELECT candidate.*
FROM candidate
JOIN latest USING (source, key, place)
LEFT JOIN replaced USING (source, key, place)
WHERE replaced.key IS NULL
