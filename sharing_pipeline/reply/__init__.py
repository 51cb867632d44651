"""The reply to a sender: their own workbook back, with a reason in each failing cell.

What is said: file_report.py (the plain data of it), remarks.py (made from what intake kept),
texts.py (its words in cells and comments), colours.py. How it is written: write.py for one reply,
outgoing.py for those of a night, names.py for what they are called. What the remarks are written
into: the sender's own package, or a new workbook with the cells of a text file (text_file.py) or of
another kind of workbook (rebuilt.py, column_widths.py). xlsx/ knows the parts of a package.

Not here: judging rows. A sender's workbook is edited in its own parts, so that everything nobody
talks about stays byte for byte: formulas with their values, charts, macros, formats.
"""
