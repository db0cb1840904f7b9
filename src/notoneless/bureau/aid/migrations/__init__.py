"""The tables as they grew."""
