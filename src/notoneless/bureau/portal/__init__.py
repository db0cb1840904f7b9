"""What anyone may see, without an account (no personal value is kept)."""
