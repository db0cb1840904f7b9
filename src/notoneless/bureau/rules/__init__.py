"""What a place settled: values that a document leaves open, and its school calendar, dated, with source."""
