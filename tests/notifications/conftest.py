"""What the tests of notifications share: cases and owed messages as rows, without the engine."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from notifications.channels import Channel
from notifications.simulators.smtp_sink import SmtpSink
from notifications.ways import open_ways
from tests.prefecture import NOW, Prefecture
from workflow.catalog import Catalog
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.sight.sights import NO_LIMIT
from workflow.store.tables.handles import CASE, DEFINITION, OUTBOX, PERSON, SCOPE, STATE

VARIABLES = {
    "workflow": "问题整改",
    "number": "问题整改〔2026〕17号",
    "headline": "者楼街道部分村组饮水管网漏损严重",
    "state": "整改中",
    "what": "退回补正",
    "due": "2026年3月9日",
    "why": "5 个工作日，自 3月2日次日起，至 3月9日",
    "left": "还剩 5 个工作日",
}
END_OF_9_MARCH = datetime.fromisoformat("2026-03-10T00:00+08:00")


@dataclass(slots=True)
class Desk:
    """Makes cases and owed messages, and looks at what became of them."""

    database: Database
    prefecture: Prefecture
    serial: int = 0
    definition: int = 0

    def case(
        self, due_at: datetime | None = END_OF_9_MARCH, *, entry: int = 1, closed: bool = False
    ) -> int:
        """A case about 望谟县, entered into its state at history row `entry`."""
        self.serial += 1
        row: dict[str, Any] = {
            "definition_id": self._definition(), "workflow": "errand", "headline": "…",
            "number": f"差事〔2026〕{self.serial}号", "unit_id": self.prefecture.unit("522326"),
            "state": "open", "cycle": 1, "seq": max(entry, 9), "entry": entry, "due_at": due_at,
            "provisional": False, "calendar": 7, "opened_at": NOW, "head": "0", "body": "{}",
            "closed_at": NOW if closed else None,
        }  # fmt: skip
        with self.database.unit_of_work() as connection:
            made = insert(CASE).values(row).returning(CASE.c.id)
            return int(connection.execute(made).scalar_one())

    def _definition(self) -> int:
        if not self.definition:
            row = {"workflow": "errand", "version": 1, "sha256": "0", "body": "-"}
            with self.database.unit_of_work() as connection:
                made = insert(DEFINITION).values(**row, published_at=NOW).returning(DEFINITION.c.id)
                self.definition = int(connection.execute(made).scalar_one())
                state = {"state": "open", "signatures": 0, "final": False}
                connection.execute(insert(STATE).values(definition_id=self.definition, **state))
        return self.definition

    def owe(
        self,
        person: str = "wangmo.liaison",
        way: str = "email",
        *,
        case: int | None = None,
        seq: int = 1,
        template: str = "task",
        urgency: str = "urgent",
        wake_at: datetime = NOW,
        variables: Mapping[str, str] | None = None,
        key: str = "",
    ) -> int:
        """A message owed; its id."""
        self.serial += 1
        row = {
            "key": key or f"{case}.{seq}.{self.serial}.{way}",
            "person_id": self.prefecture.person(person),
            "case_id": self.case() if case is None else case, "seq": seq, "way": way,
            "urgency": urgency, "template": template, "status": "waiting", "wake_at": wake_at,
            "variables": json.dumps({**VARIABLES, **(variables or {})}), "created_at": NOW,
        }  # fmt: skip
        with self.database.unit_of_work() as connection:
            made = insert(OUTBOX).values(row).returning(OUTBOX.c.id)
            return int(connection.execute(made).scalar_one())

    def close(self, case: int) -> None:
        """End a case."""
        with self.database.unit_of_work() as connection:
            connection.execute(update(CASE).where(CASE.c.id == case).values(closed_at=NOW))

    def hide(self, case: int) -> None:
        """Make a case confidential: only liaisons of 望谟县 see it."""
        self._list(case, named=",liaison,")

    def stop(self, case: int) -> None:
        """Stop the clock of a case: it stands in its lists without a limit."""
        self._list(case, due_at=NO_LIMIT)

    def _list(self, case: int, **more: Any) -> None:
        unit = self.prefecture.unit("522326")
        row = {"unit_id": unit, "case_id": case, "why": "party", "due_at": NOW, "state": "open"}
        row |= {"workflow": "errand", "about": unit}
        row |= {"entered_at": NOW, "opened_at": NOW}
        with self.database.unit_of_work() as connection:
            connection.execute(insert(SCOPE).values(row | more))

    def row(self, message: int) -> dict[str, Any]:
        """A message as it stands."""
        [row] = self.rows(OUTBOX.c.id == message)
        return row

    def rows(self, *where: Any) -> list[dict[str, Any]]:
        """Messages as they stand, oldest first."""
        query = select(OUTBOX).where(*where).order_by(OUTBOX.c.id)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def digests(self) -> list[dict[str, Any]]:
        """The digests made so far."""
        return self.rows(OUTBOX.c.template == "digest")

    def change_message(self, message: int, **values: Any) -> None:
        """Change a message's row."""
        with self.database.unit_of_work() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.id == message).values(values))

    def change_person(self, username: str, **values: Any) -> None:
        """Change somebody's address, or disable the account."""
        with self.database.unit_of_work() as connection:
            connection.execute(update(PERSON).where(PERSON.c.username == username).values(values))


@pytest.fixture
def desk(database: Database, prefecture: Prefecture) -> Desk:
    return Desk(database, prefecture)


@pytest.fixture
def calendar(catalog: Catalog) -> Calendar:
    return catalog.calendar


def over_smtp(database: Database, sink: SmtpSink) -> dict[str, Channel]:
    """The mail of an installation that has no other way."""
    return {"email": open_ways(database, lambda: NOW, email=sink.url)["email"]}


At = Callable[[str], datetime]


@pytest.fixture
def at() -> At:
    """An instant by Shanghai's clock in March 2026: at("02 21:00"). The 2nd is a Monday."""
    return lambda text: datetime.fromisoformat(f"2026-03-{text.replace(' ', 'T')}+08:00")
