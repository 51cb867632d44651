"""Fuzzing of the readers: files of every format with their bytes mutated, read as intake does.

`python -m tests.fuzz` runs many; tests/test_fuzz.py a few hundred of each format.
"""
