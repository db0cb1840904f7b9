"""Checks of whole schools in spring and autumn, and random spot checks (domain facts 1.3, 1.11)."""
