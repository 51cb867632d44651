-- reads: state_vanished, lately
-- yields: the entries that a full submission dropped on one of these days.
SELECT state_vanished.*
FROM state_vanished
JOIN lately USING (vanished_on)
