-- reads: gathered, after_day
-- yields: the rows of a dataset in force after a day. What is decided needs a row's key only; the
--         row itself is read here, at the end.
SELECT {columns}
FROM gathered
SEMI JOIN after_day USING (source, key, place)
