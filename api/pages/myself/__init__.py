"""Pages about the reader: signing in, account, substitutes."""
