-- What the mart shows of a definition's day gives way to its next revision.
-- reads: scoreboard
-- yields: scoreboard without the rows of one definition and day.
DELETE FROM scoreboard WHERE as_of = $as_of AND definition = $definition
