"""What proves what happened: chains, checkpoints, the audit log."""
