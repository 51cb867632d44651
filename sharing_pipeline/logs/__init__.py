"""Exchange logs: their source, types, repeats, days (exchange_daily) and checks.

Up to 10^8 rows a day, so everything here is SQL over files; no row becomes a Python object.
"""
