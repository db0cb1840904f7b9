"""Recognition of hardship (认定) and its publication (公示)."""
