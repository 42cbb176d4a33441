"""The live database against exported checkpoints, by the program that auditors run themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from workflow.doctor.verify import Finding, verify
from workflow.store.evidence.dump import dump


def compare(
    connection: Connection, checkpoints: Iterable[Mapping[str, Any]], key: bytes | None = None
) -> list[Finding]:
    """What is not as the checkpoints say; the first finding names the first bad row."""
    findings, _ = verify(dump(connection), checkpoints, key)
    return findings
