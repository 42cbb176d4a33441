"""Everything that can be verified of a database, with figures: the tests' oracle and the operator's
check.

`examine` reads only. Each check is one generator: it yields a Complaint a fault and may note
figures; `CHECKS` lists them.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from workflow.catalog import Catalog
from workflow.doctor.answers import check_answers
from workflow.doctor.audit import check_audit
from workflow.doctor.cases import check_cases
from workflow.doctor.documents import check_documents
from workflow.doctor.files import check_files
from workflow.doctor.messages import check_messages, check_sendings
from workflow.doctor.numbers import check_numbers
from workflow.doctor.rules import (
    check_definitions,
    check_integrity,
    check_names,
    check_sign_offs,
    check_texts,
    check_triggers,
)
from workflow.doctor.timers import check_collapsed, check_overdue, check_timers
from workflow.doctor.units import check_units
from workflow.doctor.ward import AT_A_TIME, Complaint, Ward
from workflow.store.casework.files import Files
from workflow.store.database import Database
from workflow.store.evidence.examinations import Verdict
from workflow.store.tables.handles import CASE


@dataclass
class Report:
    """What an examination found."""

    complaints: list[Complaint] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    root: str = ""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.complaints

    def verdict(self, at: datetime, seconds: float) -> Verdict:
        """It in short, to be kept."""
        first = self.complaints[0] if self.complaints else None
        return Verdict(
            at=at,
            seconds=round(seconds, 1),
            cases=self.figures["cases"],
            history_rows=self.figures["history rows"],
            complaints=len(self.complaints),
            first=f"{first.case}：{first.sentence}" if first else None,
        )


def examine(
    database: Database, catalog: Catalog, now: datetime, files: Files | None = None
) -> Report:
    """Verify the whole database as of `now`, and the bytes in its folder; nothing is changed, and
    people may go on working meanwhile.
    """
    report = Report()
    with database.snapshot() as connection:
        ward = Ward(connection, catalog, now, report.figures, files)
        for check in CHECKS:
            report.complaints += check(ward)
        report.root = root_of(connection)
    return report


def root_of(connection: Connection) -> str:
    """One digest over every case's head and count: kept elsewhere, it shows a cut tail and a lost
    case.
    """
    digest = hashlib.sha256()
    query = select(CASE.c.id, CASE.c.seq, CASE.c.state, CASE.c.head).order_by(CASE.c.id)
    for row in connection.execute(query, execution_options={"yield_per": AT_A_TIME}):
        digest.update("|".join(map(str, row)).encode())
    return digest.hexdigest()


CHECKS: tuple[Callable[[Ward], Iterator[Complaint]], ...] = (
    check_definitions,
    check_texts,
    check_cases,
    check_numbers,
    check_answers,
    check_timers,
    check_collapsed,
    check_overdue,
    check_messages,
    check_sendings,
    check_sign_offs,
    check_audit,
    check_names,
    check_files,
    check_documents,
    check_units,
    check_triggers,
    check_integrity,
)

__all__ = ["CHECKS", "Complaint", "Report", "examine", "root_of"]
