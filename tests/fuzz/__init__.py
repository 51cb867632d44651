"""Fuzzes the readers: files of every format are mutated and read as intake reads them.

`python -m tests.fuzz` reads many files; tests/reading/test_fuzz.py a few hundred.
"""
