-- reads: {numbered}, {gone}
-- yields: a log's rows but for those whose positions are known as gone.
SELECT *
FROM {numbered}
ANTI JOIN {gone} USING (position)
