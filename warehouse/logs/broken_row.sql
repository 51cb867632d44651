-- reads: broken_rule, log_rows
-- yields: every rule that a row in force breaks, with the row's position and unread texts.
WITH flag AS (
    UNPIVOT broken_rule ON COLUMNS(* EXCLUDE (position)) INTO NAME rule VALUE is_broken
)
SELECT flag.rule, flag.position, log_rows.unread
FROM flag
JOIN log_rows USING (position)
WHERE flag.is_broken
ORDER BY flag.position
