-- A log's texts as values. The expressions, one for each column of the contract, are composed in
-- logs/log_types.py; lookups are the tables of texts that are written in other ways.
-- reads: {received}
-- yields: the contract's columns in the order of the file, and in unread, as JSON by column, the
--         texts that are no values.
SELECT {columns}, {unread} AS unread
FROM (
    SELECT {values}, source.beyond
    FROM {received} AS source
    {lookups}
) AS typed
