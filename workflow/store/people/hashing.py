"""Secrets made by us: kept as their hash, compared in a time that tells nothing."""

import hashlib
import secrets


def hash_of(secret: str) -> str:
    """What is stored of a secret that nobody can guess; a password needs a slower hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def same_secret(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return secrets.compare_digest(hash_of(given), hash_of(wanted))
