"""Measures how long a night takes, as a multiple of the least that code for it alone would take.

All measuring is done here; no test is timed. Nothing in the pipeline imports this package.
"""
