-- reads: exchange_file
-- yields: the rows of exchange_daily with a record day between two days, both included.
SELECT * FROM exchange_file WHERE day BETWEEN $first_day AND $last_day
