-- reads: {state}
-- yields: a subject's row in force; of one in force from two sources the later received.
SELECT * FROM {state} WHERE key = $subject ORDER BY submission DESC LIMIT 1
