-- reads: {state}, incoming
-- yields: the rows of a dataset in force before, whose place is 0, and those that came in, whose
--         place is their submission.
SELECT {columns}, 0 AS place FROM {state}
UNION ALL
SELECT {columns}, submission FROM incoming
