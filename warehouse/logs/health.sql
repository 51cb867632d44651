-- The tests, one for each column of the contract, are composed in logs/log_types.py.
-- reads: log_rows
-- yields: one row that says what of a log has to be looked at more closely.
SELECT {flags}
FROM log_rows
