"""How a night is judged: definitions (口径), working days, deadlines, and running the SQL."""
