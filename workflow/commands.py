"""What people can do: open a case, fire an event. One call is one transaction, visible as one
`with` block.

Every call carries a request id made by the client, its person's own: a retry gets the first
answer, the same id with other content is refused. The happy path does not look the id up; its
unique row decides, and only a refused call asks whether it had been answered before.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from workflow.backfilling import LedgerFile, PastCase, take_over, undo
from workflow.catalog import Catalog
from workflow.engine.case import Actor, Case, Firing
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    Refusal,
    Stale,
)
from workflow.issuing import Write, issue, take_sealed, void
from workflow.store.casework import cases
from workflow.store.database import Database
from workflow.store.driver import bulk
from workflow.store.driver.broken import rule_of
from workflow.store.evidence import audit
from workflow.store.offices import organisation
from workflow.store.plain import dumps
from workflow.store.request_ids import kept_id, reused
from workflow.transaction import Transaction

TRIES = 3
"""How often a command is tried when PostgreSQL breaks a deadlock at its cost."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: the case and where it stands."""

    case: int
    number: str
    state: str
    seq: int

    def as_dict(self) -> dict[str, Any]:
        """The answer as it is kept."""
        return {"case": self.case, "number": self.number, "state": self.state, "seq": self.seq}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case that is wanted: its named parties, its facts, and of which period it is."""

    parties: Mapping[str, int]
    facts: Mapping[str, Any]
    period: int | None = None

    @property
    def content(self) -> list[object]:
        """What a retry must say again."""
        said: list[object] = [dict(self.parties), dict(self.facts)]
        return said if self.period is None else [*said, self.period]


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands of one database."""

    database: Database
    catalog: Catalog

    def open_case(
        self,
        *,
        workflow: str,
        parties: Mapping[str, int],
        facts: Mapping[str, Any],
        actor: Actor,
        request: str,
        now: datetime,
        draft: bool = False,
        period: int | None = None,
    ) -> Answer:
        """Open a case; unless a draft is wanted, fire what the definition fires at once."""
        (answer,) = self.open_cases(
            workflow=workflow,
            wanted=[Wanted(parties, facts, period)],
            actor=actor,
            request=request,
            now=now,
            draft=draft,
        )
        return answer

    def open_cases(
        self,
        *,
        workflow: str,
        wanted: Sequence[Wanted],
        actor: Actor,
        request: str,
        now: datetime,
        draft: bool = False,
        noted: audit.Act | None = None,
        of_file: bool = False,
    ) -> tuple[Answer, ...]:
        """Open many cases, all or none; `noted` goes into the audit log with them.

        The request id of a file is made of its content and nobody's own: whoever sends it, its
        cases are opened once.
        """
        self.catalog.reload()  # another process may have published since
        opening = self.catalog.newest(workflow).definition.opening

        def act(work: Transaction, actor: Actor) -> list[Case]:
            cases_ = [
                work.open(workflow, one.parties, one.facts, actor, period=one.period)
                for one in wanted
            ]
            for case in cases_:
                for event in () if draft else opening.straight_through:
                    work.fire(case.id, Firing(event), actor)
            return [work.case(case.id) for case in cases_]

        body = ["open", workflow, [one.content for one in wanted], draft]
        return self._once(act, actor, request, body, now, noted, of_file=of_file)

    def fire(
        self,
        *,
        case_id: int,
        event: str,
        actor: Actor,
        request: str,
        now: datetime,
        facts: Mapping[str, Any] | None = None,
        unit: int | None = None,
        person: int | None = None,
        looked_at: int | None = None,
        emptied: Sequence[str] = (),
    ) -> Answer:
        """Fire an event on a case; `unit` is whom it is re-assigned to, `person` to whom the work
        is handed, `looked_at` the newest history row that a signer was shown, `emptied` the facts
        that are to have no value any more.
        """
        firing = Firing(event, facts or {}, unit, person, emptied=tuple(emptied))

        def act(work: Transaction, actor: Actor) -> list[Case]:
            _refuse_computed(work, case_id, {*firing.inputs, *firing.emptied})
            if looked_at is not None:
                _refuse_unseen(work, case_id, event, looked_at)
            work.fire(case_id, firing, actor)
            return [work.case(case_id)]

        body = ["fire", case_id, event, dict(firing.inputs), unit, person]
        body += [list(firing.emptied)] if firing.emptied else []
        (answer,) = self._once(act, actor, request, body, now, case_id=case_id)
        return answer

    def issue_document(
        self,
        *,
        case_id: int,
        document: str,
        actor: Actor,
        request: str,
        now: datetime,
        write: Write,
    ) -> Answer:
        """Issue a document of a case (公文); `write` writes it under the number it is given."""

        def act(work: Transaction, actor: Actor) -> list[Case]:
            return [issue(work, case_id, document, actor, write)]

        body = ["issue", case_id, document]
        (answer,) = self._once(act, actor, request, body, now, case_id=case_id)
        return answer

    def void_document(
        self, *, case_id: int, seq: int, reason: str, actor: Actor, request: str, now: datetime
    ) -> Answer:
        """Make a document that a case issued in row `seq` void (作废); its number stays."""

        def act(work: Transaction, actor: Actor) -> list[Case]:
            return [void(work, case_id, seq, reason, actor)]

        body = ["void", case_id, seq, reason]
        (answer,) = self._once(act, actor, request, body, now, case_id=case_id)
        return answer

    def seal_document(
        self,
        *,
        case_id: int,
        seq: int,
        number: str,
        attachment: int,
        actor: Actor,
        request: str,
        now: datetime,
    ) -> Answer:
        """Take in the sealed file of a document that the row `seq` of a case issued."""

        def act(work: Transaction, actor: Actor) -> list[Case]:
            return [take_sealed(work, case_id, seq, number, attachment, actor)]

        body = ["seal", case_id, seq, number, attachment]
        (answer,) = self._once(act, actor, request, body, now, case_id=case_id)
        return answer

    def take_over(
        self,
        *,
        workflow: str,
        file: LedgerFile,
        rows: Sequence[PastCase],
        actor: Actor,
        request: str,
        now: datetime,
    ) -> tuple[Answer, ...]:
        """Open a case for every row of an office's own ledger (补录), all or none."""
        self.catalog.reload()

        def act(work: Transaction, actor: Actor) -> list[Case]:
            return take_over(work, workflow, file, rows, actor)

        body = ["take over", workflow, file.sha256, [row.as_list() for row in rows]]
        told: dict[str, audit.Plain] = {"act": "backfill", "workflow": workflow}
        told |= {"sha256": file.sha256, "rows": len(rows)}
        noted = audit.Act("import", actor.person, data=told)
        return self._once(act, actor, request, body, now, noted)

    def undo_backfill(
        self, *, backfill: int, reason: str, actor: Actor, request: str, now: datetime
    ) -> tuple[Answer, ...]:
        """Let every case of a file leave again, while nobody has acted on one."""

        def act(work: Transaction, actor: Actor) -> list[Case]:
            return undo(work, backfill, reason, actor)

        noted = audit.Act("import", actor.person, data={"act": "undo", "backfill": backfill})
        body = ["undo backfill", backfill, reason]
        return self._once(act, actor, request, body, now, noted)

    def _once(
        self,
        act: Callable[[Transaction, Actor], list[Case]],
        actor: Actor,
        request: str,
        body: list[Any],
        now: datetime,
        noted: audit.Act | None = None,
        case_id: int | None = None,
        of_file: bool = False,
    ) -> tuple[Answer, ...]:
        """Act in one transaction, on a case if one is named, and keep the answer; a repeated
        request gets the first one.
        """
        kept = kept_id(None if of_file else actor.person, request)
        digest = _digest(body, actor)
        for left in reversed(range(TRIES)):
            try:
                return self._act(act, actor, kept, digest, now, noted, case_id)
            except (Refusal, IntegrityError) as error:
                if earlier := self._answered(kept, digest):
                    return earlier
                raise _explained(error) from error
            except OperationalError as error:  # a deadlock: the other side went on, so can we
                if not left or not self.database.may_retry(error):
                    raise
        raise AssertionError("the last try returns or raises")

    def _act(
        self,
        act: Callable[[Transaction, Actor], list[Case]],
        actor: Actor,
        kept: str,
        digest: str,
        now: datetime,
        noted: audit.Act | None,
        case_id: int | None,
    ) -> tuple[Answer, ...]:
        with self.database.unit_of_work() as connection:
            work = Transaction(connection, self.catalog, now)
            found = act(work, _begin(work, actor, case_id))
            answers = tuple(Answer(one.id, one.number, one.state, one.seq) for one in found)
            work.writes.answer(kept, actor.person, digest, [one.as_dict() for one in answers])
            if noted is not None:
                audit.record(connection, noted, now)
            work.flush()  # last: on PostgreSQL the commit travels with it
        return answers

    def _answered(self, kept: str, digest: str) -> tuple[Answer, ...] | None:
        with self.database.reading() as connection:
            found = cases.answered(connection, kept)
        if found is None:
            return None
        if found[0] != digest:
            raise reused(kept)
        return tuple(Answer(**one) for one in found[1])


def _begin(work: Transaction, actor: Actor, case_id: int | None) -> Actor:
    """Lock who acts, then the case, in one round trip; the actor as of now."""
    who = organisation.to_lock(actor, work.now)
    if case_id is None:
        return organisation.locked(actor, bulk.fetch(work.connection, *who))
    posts, found = bulk.fetch_all(work.connection, [who, cases.to_lock(case_id)])
    work.loaded[case_id] = cases.loaded(found, case_id)
    return organisation.locked(actor, posts)


def _digest(body: list[Any], actor: Actor) -> str:
    try:
        text = dumps([actor.person, *body])
        return hashlib.sha256(text.encode()).hexdigest()
    except (TypeError, ValueError):
        raise InvalidInput("内容含有不能保存的字符或类型，请改正后再试") from None


def _refuse_computed(work: Transaction, case_id: int, given: Collection[str]) -> None:
    """Raise InvalidInput for a fact that only the arithmetic of a scorecard gives."""
    facts = work.catalog.version(work.case(case_id).definition).definition.facts
    if typed := [name for name in given if name in facts and facts[name].computed]:
        sentences = {name: f"“{facts[name].title}”由系统计算，不能填写" for name in typed}
        raise InvalidInput.in_facts(sentences)


def _refuse_unseen(work: Transaction, case_id: int, event: str, looked_at: int) -> None:
    """Raise Stale for a sign-off on a page that is out of date: nobody signs what they were not
    shown.
    """
    case = work.case(case_id)
    spec = work.catalog.version(case.definition).events[case.state].get(event)
    if case.seq == looked_at or spec is None or spec.signs is None:
        return
    if cases.acted_since(work.connection, case_id, looked_at):
        raise Stale("你打开页面以后，这件事项又有人办理过，请看过现在的内容再签")


def _explained(error: Refusal | IntegrityError) -> Refusal:
    """What the database refused, in a sentence; it decides where two act at one moment."""
    if isinstance(error, Refusal):
        return error
    kind, sentence = EXPLAINED.get(rule_of(error), (Stale, "刚刚有人办理过，请刷新后再试"))
    return kind(sentence)


_SIGNED_ONCE = (DutiesNotSeparate, "这一轮销号中，同一人、同一单位只能签一次")
EXPLAINED: Mapping[str, tuple[type[Refusal], str]] = {
    "sign_off_case_id_cycle_side_live_key": _SIGNED_ONCE,
    "sign_off_case_id_cycle_person_id_live_key": _SIGNED_ONCE,
    "sign_off_case_id_cycle_unit_id_live_key": _SIGNED_ONCE,
    "sign_off_no_replace": _SIGNED_ONCE,  # these keys on SQLite
    "case_signed": _SIGNED_ONCE,
    "case_child_in_time": (Stale, "来源事项刚刚办结，不能再由它提起"),
    "cases_workflow_unit_id_period_key": (
        ConditionNotMet,
        "这个单位这一期已有一件，不能重复发起",
    ),
    "cases_workflow_cause_level_key": (Stale, "同样的事项已经存在，请刷新后查看"),
    "backfill_workflow_sha256_live_key": (
        ConditionNotMet,
        "这个文件已经补录过；要重新补录，请先撤销那一次",
    ),
    "cases_workflow_external_key": (
        ConditionNotMet,
        "这个外部编号已经登记过，不重复受理；请查看原来的事项",
    ),
}
"""What it means that a rule of the database was broken; everything else is a lost race."""
