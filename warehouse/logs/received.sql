-- A received log under the contract's names, whatever its sender calls the columns.
-- reads: received_cells
-- yields: the cells as text, in the order of the file, and the first filled cell beyond the header.
SELECT {columns}, CAST({beyond} AS VARCHAR) AS beyond
FROM received_cells
