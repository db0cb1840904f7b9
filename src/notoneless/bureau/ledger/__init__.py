"""Double entry in fen, one for all programmes: funds, budgets, commitments, payments."""
