"""Canonical JSON and instants as text: what hashes, histories and logs are made of."""

from datetime import UTC, datetime

import orjson


def dumps(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def instant(at: datetime) -> str:
    """An instant in UTC as text."""
    return at.astimezone(UTC).isoformat()
