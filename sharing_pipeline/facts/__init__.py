"""Facts: what is in force on a business date, from everything received until now."""
