"""What there is to see on a stage: the cases, their timers, whom they told, who signed."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tests.engine.definitions import at
from tests.journeys.stage import Stage
from workflow import ladder
from workflow.doctor import Report, examine
from workflow.engine.calendar import ZONE
from workflow.engine.case import Case
from workflow.engine.sight import due_day
from workflow.store.casework import cases
from workflow.store.lists import queries
from workflow.store.tables.handles import CASE, HISTORY, OUTBOX, PERSON, SIGN_OFF, TIMER, UNIT


@dataclass(frozen=True, slots=True)
class Told:
    """One message: who was told what, when it was owed."""

    on: str
    who: str
    template: str
    what: str
    urgency: str


class Scene(Stage):
    """A stage with the cases on it; every look reads them anew from the database."""

    def new_request(self) -> str:
        """A request id that nobody has used."""
        return f"request {next(self._requests)}"

    def case(self, case: int) -> Case:
        with self.database.reading() as connection:
            return cases.read_case(connection, case)[0]

    def state(self, case: int) -> str:
        return self.case(case).state

    def due(self, case: int) -> str | None:
        """The last day of the present limit."""
        due = self.case(case).due
        return due_day(due.at).isoformat() if due else None

    def due_words(self, case: int) -> str:
        due = self.case(case).due
        return due.derivation if due else ""

    def marks(self, case: int) -> tuple[str, ...]:
        return self.case(case).marks

    def seat(self, case: int, party: str) -> str:
        """The code of the unit that fills a party."""
        unit = self.case(case).parties[party].unit
        with self.database.reading() as connection:
            query = select(UNIT.c.code).where(UNIT.c.id == unit)
            return str(connection.execute(query).scalar_one())

    def children(self, case: int, name: str) -> list[int]:
        query = select(CASE.c.id).where(CASE.c.parent_id == case, CASE.c.child_name == name)
        with self.database.reading() as connection:
            return list(connection.execute(query.order_by(CASE.c.id)).scalars())

    def child(self, case: int, name: str) -> int:
        """The one child of that name."""
        (only,) = self.children(case, name)
        return only

    def of_workflow(self, workflow: str) -> list[int]:
        query = select(CASE.c.id).where(CASE.c.workflow == workflow).order_by(CASE.c.id)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def desk(self, who: str) -> list[int]:
        """The cases that wait for somebody (待办)."""
        with self.database.reading() as connection:
            return [row["id"] for row in queries.list_work(connection, self.actor(who)).rows]

    def events(self, case: int) -> list[str]:
        """What happened, in order."""
        with self.database.reading() as connection:
            return [row["event"] for row in cases.history_of(connection, case)]

    def rungs(self, case: int, *, since: str = "2020-01-01") -> list[tuple[str, int]]:
        """The rungs that have come since, each with the day on which it did."""
        query = select(TIMER.c.settled_at, TIMER.c.rung).where(
            TIMER.c.case_id == case,
            TIMER.c.status == "fired",
            TIMER.c.name.like("rung:%"),
            TIMER.c.settled_at >= at(since),
        )
        with self.database.reading() as connection:
            rows = connection.execute(query.order_by(TIMER.c.settled_at, TIMER.c.rung)).all()
        return [(_day(settled), rung) for settled, rung in rows]

    def timers(self, case: int) -> list[tuple[str, str, int]]:
        """The timers to come, rungs without a row included: day, name, rung."""
        with self.database.reading() as connection:
            whole, _ = cases.read_case(connection, case)
            rows = ladder.with_rungs_to_come(
                self.catalog, whole, queries.timers_of(connection, whole.id)
            )
        waiting = [row for row in rows if row["status"] == "waiting"]
        waiting.sort(key=lambda row: (row["wake_at"], row["rung"]))
        return [(_day(row["wake_at"]), row["name"], row["rung"]) for row in waiting]

    def settled(self, case: int) -> dict[str, int]:
        """How many timers ended how."""
        query = (
            select(TIMER.c.status, func.count())
            .where(TIMER.c.case_id == case)
            .group_by(TIMER.c.status)
        )
        with self.database.reading() as connection:
            return {status: int(number) for status, number in connection.execute(query)}

    def told(
        self, case: int, *, since: str = "2020-01-01", template: str | None = None
    ) -> list[Told]:
        """Whom the case has told since, each message once whatever its ways."""
        query = (
            select(OUTBOX, PERSON.c.username)
            .outerjoin(PERSON, PERSON.c.id == OUTBOX.c.person_id)
            .where(OUTBOX.c.case_id == case, OUTBOX.c.created_at >= at(since))
            .order_by(OUTBOX.c.seq, OUTBOX.c.id)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        found = (
            Told(
                _day(row["created_at"]),
                row["username"] or "-",
                row["template"],
                json.loads(row["variables"])["what"],
                row["urgency"],
            )
            for row in rows
            if template in (None, row["template"])
        )
        return list(dict.fromkeys(found))

    def signatures(self, case: int) -> list[tuple[int, str, str, bool]]:
        """Every signature ever given: cycle, side, person, whether it is in force."""
        query = (
            select(SIGN_OFF, PERSON.c.username)
            .join(PERSON, PERSON.c.id == SIGN_OFF.c.person_id)
            .where(SIGN_OFF.c.case_id == case)
            .order_by(SIGN_OFF.c.seq)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [(r["cycle"], r["side"], r["username"], r["live"] == 1) for r in rows]

    def figures(self) -> dict[str, int]:
        """How many rows there are of what a step writes."""
        counts = [
            select(func.count()).select_from(table).scalar_subquery().label(table.name)
            for table in (CASE, HISTORY, TIMER, OUTBOX, SIGN_OFF)
        ]
        with self.database.reading() as connection:
            return dict(connection.execute(select(*counts)).mappings().one())

    def doctor(self) -> Report:
        return examine(self.database, self.catalog, self.now)


def _day(instant: datetime) -> str:
    return instant.astimezone(ZONE).date().isoformat()
