"""People of the sample prefecture at work on a database: the cases that the proofs are about.

A story has its own clock, which moves on by a few minutes at every act, and a request id for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from notifications.channels import Channel
from tests.delivering import deliver_all_due
from tests.prefecture import NOW
from tests.proof.sink import Sink
from workflow import timers
from workflow.catalog import Catalog
from workflow.commands import Answer, Commands
from workflow.engine.case import Actor
from workflow.issuing import Write
from workflow.store.casework import documents
from workflow.store.database import Database
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import CASE, PERSON, UNIT

RECTIFICATION, INTERVIEW = "rectification", "interview"
PROBLEM = {
    "source": "督查",
    "found_on": "2026-03-01",
    "description": "通村路灯不亮，三个月没有人修",
    "grade": "较重",
    "kind": "限期整改",
    "due": "2026-05-29",
}
PLAN = {"goal": "路灯全亮", "measures": [{"measure": "更换", "owner": "王", "due": "2026-04-01"}]}

SPECIALIST = "zhou-dc.specialist1"
Act = tuple[str, str, dict[str, Any]]

WAY: dict[str, Act] = {
    "draft": ("zhou-dc.specialist1", "register", {}),
    "registered": ("zhou-dc.specialist1", "dispatch", {}),
    "assigned": ("xingyi.liaison", "accept", {}),
    "planning": ("xingyi.liaison", "submit_plan", PLAN),
    "plan_review": ("zhou-dc.specialist1", "approve_plan", {}),
    "rectifying": ("xingyi.officer", "apply", {"result": "已修好", "finished_on": "2026-04-01"}),
    "self_check": ("xingyi.head", "confirm", {}),
    "first_review": ("zhou-zx.head", "sign_first", {}),
    "second_review": ("zhou-dc.head", "sign_second", {}),
}
"""Who moves a case of 兴义市 on from a state, by what, on its way to 已销号."""

CHECKED = {"site_record": "到现场看过，灯都亮"}


@dataclass
class Story:
    """One database with its catalog, and the time in it."""

    database: Database
    catalog: Catalog
    now: datetime = NOW
    name: str = "r"
    serial: int = 0
    people: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commands = Commands(self.database, self.catalog)
        if not self.people:
            with self.database.reading() as connection:
                people = connection.execute(select(PERSON.c.username, PERSON.c.id))
                self.people = dict(people.all())
                units = connection.execute(select(UNIT.c.code, UNIT.c.id))
                self.units = dict(units.all())

    def elsewhere(self, name: str) -> "Story":
        """The same at the same moment, as another process would have it."""
        other = Database(self.database.url)
        catalog = warm(self.catalog, other)
        return Story(other, catalog, self.now, name, 0, self.people, self.units)

    def actor(self, username: str) -> Actor:
        """A person with the posts held now."""
        with self.database.reading() as connection:
            return actor_of(connection, self.people[username], self.now)

    def request(self) -> str:
        """A request id that was not used before."""
        self.serial += 1
        return f"{self.name}-{self.serial}"

    def pass_time(self, **time: float) -> None:
        """Let the clock run on."""
        self.now += timedelta(**time)

    def open(self, *, unit: str = "522301", by: str = SPECIALIST, **facts: Any) -> int:
        """A problem that the supervisor has registered; its case."""
        return self._open(unit, by, facts, draft=False)

    def open_as_draft(self, *, unit: str = "522301", by: str = SPECIALIST, **facts: Any) -> int:
        """A problem that the supervisor has written down; its case."""
        return self._open(unit, by, facts, draft=True)

    def _open(self, unit: str, by: str, facts: dict[str, Any], *, draft: bool) -> int:
        self.pass_time(minutes=5)
        return self.commands.open_case(
            workflow=RECTIFICATION,
            parties={"responsible": self.units[unit]},
            facts=PROBLEM | facts,
            actor=self.actor(by),
            request=self.request(),
            now=self.now,
            draft=draft,
        ).case

    def fire(
        self, case: int, username: str, event: str, *, request: str = "", **facts: Any
    ) -> Answer:
        """Somebody fires an event, a few minutes later."""
        self.pass_time(minutes=5)
        return self.at_once(case, username, event, request=request, **facts)

    def at_once(
        self, case: int, username: str, event: str, *, request: str = "", **facts: Any
    ) -> Answer:
        """Somebody fires an event at this very moment."""
        return self.commands.fire(
            case_id=case,
            event=event,
            actor=self.actor(username),
            request=request or self.request(),
            now=self.now,
            facts=facts,
        )

    def issue(self, case: int, username: str, document: str, write: Write) -> Answer:
        """Somebody issues a document of a case, a few minutes later."""
        self.pass_time(minutes=5)
        return self.commands.issue_document(
            case_id=case,
            document=document,
            actor=self.actor(username),
            request=self.request(),
            now=self.now,
            write=write,
        )

    def seal(self, case: int, username: str, seq: int, file: int) -> Answer:
        """Somebody brings a document of a case back under its seal, a few minutes later."""
        self.pass_time(minutes=5)
        with self.database.reading() as connection:
            number = documents.one_issued(connection, case, seq)["number"]
        return self.commands.seal_document(
            case_id=case,
            seq=seq,
            number=number,
            attachment=file,
            actor=self.actor(username),
            request=self.request(),
            now=self.now,
        )

    def open_interview(self, cause: str, *, level: int = 1, request: str = "") -> int:
        """An interview with 兴义市 proposed about a cause; its case."""
        facts: dict[str, Any] = {
            "cause": cause,
            "matter": "整改滞后",
            "level": level,
            "trigger": "逾期",
        }
        parties = {"object": self.units["522301"]}
        return self.open_any(INTERVIEW, parties, request=request, **facts)

    def open_any(
        self,
        workflow: str,
        parties: dict[str, int],
        *,
        by: str = SPECIALIST,
        request: str = "",
        **facts: Any,
    ) -> int:
        """A case that somebody opens, by default the prefecture's specialist."""
        return self.commands.open_case(
            workflow=workflow,
            parties=parties,
            facts=facts,
            actor=self.actor(by),
            request=request or self.request(),
            now=self.now,
        ).case

    def child(self, case: int) -> int:
        """The newest child of a case."""
        query = select(func.max(CASE.c.id)).where(CASE.c.parent_id == case)
        with self.database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def sweep(self) -> int:
        """Fire what is due."""
        return timers.fire_all_due(self.database, self.catalog, self.now)

    def deliver(self) -> int:
        """Send what may go now to nobody in particular; how many messages went."""
        sink = Sink(lambda key: None)
        return self.deliver_by({"email": sink, "sms": sink})

    def deliver_by(self, ways: Mapping[str, Channel]) -> int:
        """Send what may go now; how many messages went."""
        return deliver_all_due(self.database, ways, self.catalog.calendar, self.now).sent

    def open_at(self, state: str, **facts: Any) -> int:
        """A new case that has come to a state."""
        case = self.open_as_draft(**facts)
        self.bring(case, "draft", state)
        return case

    def bring(self, case: int, state: str, wanted: str) -> None:
        """Move a case on from the state it is in."""
        while state != wanted:
            if state == "site_check":
                self.fire(case, "zhou-zx.inspector1", "pass_check", **CHECKED)
                state = self.fire(case, "zhou-zx.inspector2", "pass_check").state
            elif state == "publicity":
                self.pass_time(days=12)
                self.sweep()
                state = "second_review"
            else:
                username, event, facts = WAY[state]
                state = self.fire(case, username, event, **facts).state


def warm(catalog: Catalog, database: Database) -> Catalog:
    """A catalog of another copy of a database, with what is compiled already."""
    other = Catalog(database)
    other._compiled, other._templates = catalog._compiled, catalog._templates
    return other
