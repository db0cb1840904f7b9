"""Figures: numbers that are counted, never typed, and the records behind each."""
