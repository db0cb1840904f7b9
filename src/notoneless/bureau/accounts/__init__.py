"""Who and where: the tree of organisations, the people of the bureau, and what each may do."""
