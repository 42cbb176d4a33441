"""Pages that list cases."""
