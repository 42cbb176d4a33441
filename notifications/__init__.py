"""Telling people, at least once: what was decided elsewhere is carried outside here."""
