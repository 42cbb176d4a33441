"""A database's address as Django's settings want it. Standard library only."""

from typing import Any
from urllib.parse import parse_qs, urlsplit


def database_of(url: str) -> dict[str, Any]:
    """The entry of DATABASES for a URL of ours."""
    if url.startswith("sqlite"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": parse_qs(parts.query).get("host", [parts.hostname])[0],
        "CONN_MAX_AGE": None,
    }
