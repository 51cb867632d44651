-- reads: log_file, dropped_file
-- yields: the lines of a log that were passed over as totals or notes.
SELECT log_file.*, log_file.file_row_number AS position
FROM log_file
SEMI JOIN (SELECT position FROM dropped_file WHERE rule = 'note') AS note
    ON log_file.file_row_number = note.position
