-- A held part waits for a person; nothing of it is in force.
-- reads: incoming, spared_part
-- yields: the entries that came in, without those of parts that are held or were rejected.
SELECT incoming.*
FROM incoming
ANTI JOIN spared_part
    ON spared_part.submission = incoming.submission AND spared_part.owner = incoming.{owner}
