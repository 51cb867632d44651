"""Text to values and back: columns, dates, numbers, identifiers. No table, no sender, no row."""
