"""Children: who they are, what is known of them, since when, and who says so."""
