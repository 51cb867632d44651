-- reads: scoreboard, official
-- yields: who reaches the targets of the official definitions.
SELECT scope_type, scope_code, denominator, attained
FROM scoreboard
JOIN official USING (definition)
