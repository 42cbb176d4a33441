"""Messages as rows: owed, gathered, sent, proved, replaced, counted."""
