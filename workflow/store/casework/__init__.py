"""Cases as rows: what a step reads and writes."""
