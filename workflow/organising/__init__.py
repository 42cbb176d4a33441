"""The one way to change the organisation: people come to posts and leave, units change, lists are
imported. One call is one transaction and leaves an append-only change that can be undone.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from workflow.engine.errors import Refusal, Stale
from workflow.organising import (
    delegating,
    deputy_list,
    people,
    people_list,
    posts,
    reorganising,
    undoing,
    unit_list,
    units,
)
from workflow.organising.deputy_list import DeputyLine
from workflow.organising.lines import Report
from workflow.organising.people_list import NO_ROLES, PersonLine, Roles
from workflow.organising.reorganising import Prospect
from workflow.organising.unit_list import UnitLine
from workflow.store.database import Database
from workflow.store.driver.broken import rule_of
from workflow.store.evidence import audit
from workflow.store.offices import changes
from workflow.store.offices.changes import Asked, Change, Changed, Work
from workflow.store.plain import dumps
from workflow.store.request_ids import kept_id

Act = Callable[[Work], Change]

_AUDITED = {
    "appoint": "holding",
    "end": "holding",
    "substitute": "substitute",
    "rename": "unit",
    "merge": "unit",
    "dissolve": "unit",
    "move": "unit",
    "enrol": "person",
    "reach": "person",
    "undo": "unit",
    "import_units": "import",
    "import_people": "import",
    "import_deputies": "import",
}
"""As what each kind of change stands in the audit log, which refers to it by id."""


@dataclass(frozen=True, slots=True)
class Organising:
    """The changes of one database's organisation."""

    database: Database

    def appoint(self, asked: Asked, **given: Any) -> Changed:
        """Somebody takes over a post; see `posts.appoint` for what is given and raised."""
        return self._once(asked, "appoint", given, lambda work: posts.appoint(work, **given))

    def end(self, asked: Asked, **given: Any) -> Changed:
        """Somebody leaves posts; see `posts.end`."""
        return self._once(asked, "end", given, lambda work: posts.end(work, **given))

    def substitute(self, asked: Asked, **given: Any) -> Changed:
        """Somebody stands in for another; see `posts.substitute`."""
        return self._once(asked, "substitute", given, lambda work: posts.substitute(work, **given))

    def delegate(self, asked: Asked, **given: Any) -> Changed:
        """Whoever asks names a substitute for themselves; see `delegating.delegate`."""
        return self._once(
            asked, "substitute", given, lambda work: delegating.delegate(work, **given)
        )

    def recall(self, asked: Asked, *, holding: int) -> Changed:
        """Whoever asks ends what they delegated; see `delegating.recall`."""
        given = {"holding": holding}
        return self._once(asked, "end", given, lambda work: delegating.recall(work, **given))

    def rename(self, asked: Asked, **given: Any) -> Changed:
        """A unit has another name from now on; see `units.rename`."""
        return self._once(asked, "rename", given, lambda work: units.rename(work, **given))

    def enrol(self, asked: Asked, **given: Any) -> Changed:
        """Somebody new has an account; see `people.enrol`."""
        return self._once(asked, "enrol", given, lambda work: people.enrol(work, **given))

    def reach(self, asked: Asked, **given: Any) -> Changed:
        """Somebody has another telephone or mail address; see `people.reach`."""
        return self._once(asked, "reach", given, lambda work: people.reach(work, **given))

    def undo(self, asked: Asked, change_id: int) -> Changed:
        """A change is taken back; see `undoing.undo`."""
        given = {"change_id": change_id}
        return self._once(asked, "undo", given, lambda work: undoing.undo(work, **given))

    # Re-organisation

    def merge(self, asked: Asked, *, unit: int, into: int) -> Changed:
        """A unit becomes part of another; see `reorganising.merge`."""
        return self._reorganise(asked, "merge", unit=unit, into=into)

    def dissolve(self, asked: Asked, *, unit: int) -> Changed:
        """A unit is no more and nobody takes over; see `reorganising.dissolve`."""
        return self._reorganise(asked, "dissolve", unit=unit)

    def move(self, asked: Asked, *, unit: int, parent: int) -> Changed:
        """A unit goes under another one; see `reorganising.move`."""
        return self._reorganise(asked, "move", unit=unit, parent=parent)

    def preview(self, kind: reorganising.Kind, now: datetime, **given: int) -> Prospect:
        """What a merger, a move or a dissolution would do: it is done, looked at and undone."""
        try:
            with self.database.unit_of_work() as connection:
                work = Work(connection, Asked(f"preview {uuid4().hex}", now), kind, "")
                done = reorganising.KINDS[kind](work, self.database, **given)
                raise _Looked(reorganising.prospect(work, done))
        except _Looked as looked:
            return looked.prospect
        except Refusal as refusal:
            return Prospect(refused=refusal.sentence)

    def _reorganise(self, asked: Asked, kind: reorganising.Kind, **given: int) -> Changed:
        def act(work: Work) -> Change:
            return reorganising.KINDS[kind](work, self.database, **given).change

        return self._once(asked, kind, given, act)

    # Lists

    def preview_units(
        self, lines: Sequence[UnitLine], now: datetime, *, complete: bool = False
    ) -> Report:
        """What would become of every line of a list of units."""
        return self._planned(
            now, lambda work: unit_list.plan(work, lines, complete=complete).report
        )

    def import_units(
        self, asked: Asked, lines: Sequence[UnitLine], *, complete: bool = False
    ) -> Report:
        """Take a list of units, all of it or nothing; raises ListRefused."""
        return self._taken(
            asked,
            "import_units",
            lambda work: unit_list.take(work, self.database, lines, complete=complete),
        )

    def preview_people(
        self,
        lines: Sequence[PersonLine],
        now: datetime,
        *,
        complete: bool = False,
        roles: Roles = NO_ROLES,
    ) -> Report:
        """What would become of every line of a list of people."""
        return self._planned(
            now, lambda work: people_list.plan(work, lines, complete=complete, roles=roles).report
        )

    def import_people(
        self,
        asked: Asked,
        lines: Sequence[PersonLine],
        *,
        complete: bool = False,
        roles: Roles = NO_ROLES,
    ) -> Report:
        """Take a list of people and their posts, all of it or nothing; raises ListRefused.

        `roles` are the roles by what the definitions call them; empty lets any pass.
        """
        return self._taken(
            asked,
            "import_people",
            lambda work: people_list.take(work, lines, complete=complete, roles=roles),
        )

    def preview_deputies(
        self,
        lines: Sequence[DeputyLine],
        now: datetime,
        *,
        complete: bool = False,
        roles: Roles = NO_ROLES,
    ) -> Report:
        """What would become of every line of a list of deputies and substitutes."""
        return self._planned(
            now, lambda work: deputy_list.plan(work, lines, complete=complete, roles=roles).report
        )

    def import_deputies(
        self,
        asked: Asked,
        lines: Sequence[DeputyLine],
        *,
        complete: bool = False,
        roles: Roles = NO_ROLES,
    ) -> Report:
        """Take a list of deputies and substitutes, all of it or nothing; raises ListRefused."""
        return self._taken(
            asked,
            "import_deputies",
            lambda work: deputy_list.take(work, lines, complete=complete, roles=roles),
        )

    def _planned(self, now: datetime, plan: Callable[[Work], Report]) -> Report:
        """What a list would bring about, with nothing written."""
        with self.database.reading() as connection:
            return plan(Work(connection, Asked("", now), "preview", ""))

    def _taken(
        self, asked: Asked, kind: str, take: Callable[[Work], tuple[Change, Report]]
    ) -> Report:
        """The report of a list that was taken; of one sent again, only that it was."""
        report = Report()

        def act(work: Work) -> Change:
            nonlocal report
            change, report = take(work)
            return change

        done = self._once(asked, kind, asked.request, act)
        report.change, report.sentence = done.id, done.sentence
        return report

    def _once(self, asked: Asked, kind: str, given: Any, act: Act) -> Changed:
        """Make a change in one transaction; a repeated request gets the first answer."""
        asked = replace(asked, request=kept_id(asked.person, asked.request))
        digest = _digest(kind, asked.person, given)
        try:
            with self.database.unit_of_work() as connection:
                changes.one_at_a_time(connection)
                if earlier := changes.answered(connection, asked.request, digest):
                    return earlier
                change = act(Work(connection, asked, kind, digest))
                done, about = change.keep(), ("org_change", change.id)
                act_of = audit.Act(_AUDITED[kind], asked.person, about, data=change.touched())
                audit.record(connection, act_of, asked.now)
                return done
        except IntegrityError as error:
            raise _explained(error) from error


class _Looked(Exception):
    def __init__(self, prospect: Prospect) -> None:
        self.prospect = prospect


def _digest(kind: str, person: int | None, given: Any) -> str:
    content = changes.plain(given) if isinstance(given, dict) else given
    return hashlib.sha256(dumps([kind, person, content]).encode()).hexdigest()


_TAKEN = "这个岗位在这段时间已有人担任，同时只能由一人担任；请先办理离任，或者改期"
_CIRCLE = "单位不能归到自己的下级单位之下，请核对上级单位"
EXPLAINED = {
    "one_holder": _TAKEN,
    "one_holder_new": _TAKEN,
    "unit_tree": _CIRCLE,
    "unit_tree_new": _CIRCLE,
}


def _explained(error: IntegrityError) -> Refusal:
    """What the database refused, in a sentence."""
    return Stale(EXPLAINED.get(rule_of(error), "组织机构刚刚被别人改过，请刷新后再试"))
