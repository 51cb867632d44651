"""The parts of an xlsx package: cells, comments, formats and sheets, edited where they stand.

What is said in them comes from the folder above.
"""
