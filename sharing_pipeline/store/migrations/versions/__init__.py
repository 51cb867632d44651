"""One migration each: what a ledger of the version before it lacks."""
