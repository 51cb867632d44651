"""What people declare, loaded: contracts, code tables, sources, rules, suites, reasons.

The files themselves are under catalog/ and expectations/ at the top. Nothing here reads what a
sender sent, and nothing asks the ledger.
"""
