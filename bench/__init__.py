"""Benchmarks against peers and limits, side by side in one run: `./dev bench [NAME …]`."""
