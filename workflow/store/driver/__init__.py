"""Many statements in few round trips, and what the two databases say differently."""
