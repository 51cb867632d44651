-- Reads: candidate (rows in force before, whose place is 0, and rows of the day, whose place is
--        their submission: of one day the later received wins; with their owner),
--        part (submission, source, owner: whom a full submission replaces),
--        whole_part (submission, source), spared_part (submission, owner: held or rejected),
--        kept (submission, key: quarantined rows, whose last accepted row stays).
-- Yields: the candidates that nothing later has replaced; source, key and place name a row.
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
