"""Clean tables, damaged in known ways: what is to come out of each is known beforehand."""
