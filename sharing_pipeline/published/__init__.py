"""Reading what was published: tables, explanations, comparisons, overviews, exports.

Nothing here computes a figure or writes to a home folder.
"""
