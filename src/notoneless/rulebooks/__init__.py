"""The law as data: facts, guarantees, policies, amounts, each with its source. No code."""
