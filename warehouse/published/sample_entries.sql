-- reads: entries
-- yields: how many entries there are, and how many carry the sample's mark in their summary.
SELECT
    count(DISTINCT key) AS entries,
    count(DISTINCT CASE WHEN starts_with(summary, $mark) THEN key END) AS sample_entries
FROM entries
