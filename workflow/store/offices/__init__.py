"""Units, posts, who holds them, and how they are reached."""
