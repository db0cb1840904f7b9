"""Every guarantee held against every child, from the database: verdicts, their history, their sums."""
