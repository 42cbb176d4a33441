"""Every way in: pages, REST, the command line, and the worker that wakes the sweeps."""
