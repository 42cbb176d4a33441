"""The pure engine: definitions in, decisions out; no I/O, no clock, no database, no YAML."""
