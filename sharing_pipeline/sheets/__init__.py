"""Grids to named columns: tables, headers, matching, merged and stacked shapes.

Cells stay text; which values they hold is values/, whether a row may go in is judging/.
"""
