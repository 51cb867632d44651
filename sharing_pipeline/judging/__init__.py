"""What becomes of each row: repeated, sent back, held or accepted, and why.

Keys, organisations, repeats and ownership are settled here; every other rule is an expectation
under expectations/, run by Great Expectations.
"""
