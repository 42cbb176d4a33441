"""How it happens: engine, store, commands and timers; no workflow is known by name here."""
