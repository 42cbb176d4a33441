"""Marking units by a scorecard (考核): figures entered, deductions decided, results frozen.

What a sheet says is worked out from figures and decisions whenever it is asked for. Freezing keeps
it as it stands and, in the same transaction, tells each unit's case the result: from there on the
workflow's own rules propose what follows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.engine.case import Actor, Firing, Lineage
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotYourTurn
from workflow.measuring.model import Indicator, Rule, Rules, Scorecard
from workflow.measuring.ranking import Entry, Place, grade_of, places_of, ties_of
from workflow.measuring.scoring import Figure, Line, Standing, capped, score, standing
from workflow.measuring.shelf import InForce
from workflow.store.database import Database
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act, Plain
from workflow.store.measuring import figures, scores
from workflow.store.measuring.figures import Entry as FigureEntry
from workflow.store.offices import organisation, reorganised
from workflow.store.plain import dumps
from workflow.store.sight.scope import units_of
from workflow.transaction import Transaction

_CENTS = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit's sheet: its lines, how it stands, and the decisions that were counted."""

    unit: int
    name: str
    class_: str
    path: str
    lines: tuple[Line, ...]
    standing: Standing
    adjustments: tuple[Mapping[str, Any], ...]
    case: Mapping[str, Any] | None
    exempt: bool
    grade: str = ""
    place: Place | None = None


def holds_office(
    connection: Connection, actor: Actor, office: str, units: Collection[int]
) -> set[int]:
    """Those of `units` for which somebody holds a post in the office, found on the way up."""
    own = units_of(actor)
    lineages: Mapping[int, Lineage] = organisation.read_lineages(connection, units)
    return {unit for unit, one in lineages.items() if one.offices.get(office) in own}


# Reading


def sheets(connection: Connection, in_force: InForce, card: Scorecard) -> tuple[Sheet, ...]:
    """The sheets of all units that a scorecard marks, ranked, in the order of their codes."""
    kinds = [(level, kind or "government") for level, _, kind in map(_parted, card.among)]
    units = [row for row in scores.marked_units(connection, kinds) if row["class_"] in card.classes]
    ids = {row["id"] for row in units}
    known: dict[int, dict[tuple[str, str], Figure]] = {unit: {} for unit in ids}
    for row in figures.of_units(connection, ids, card.year):
        known[row["unit_id"]][row["indicator"], row["period"]] = Figure(row["value"])
    decided = scores.adjustments(connection, card.scorecard, card.year, ids)
    cases = scores.process_cases(connection, card.process.workflow, card.year)
    made = [
        _sheet(
            card,
            in_force.indicators,
            row,
            known[row["id"]],
            tuple(one for one in decided if one["unit_id"] == row["id"]),
            cases.get(row["id"]),
        )
        for row in units
    ]
    return _ranked(card, made)


def _parted(selector: str) -> tuple[str, str, str]:
    return selector.partition(" ")


def _sheet(
    card: Scorecard,
    indicators: Mapping[str, Indicator],
    unit: Mapping[str, Any],
    known: Mapping[tuple[str, str], Figure],
    adjustments: tuple[Mapping[str, Any], ...],
    case: Mapping[str, Any] | None,
) -> Sheet:
    lines = score(card, unit["class_"], known, indicators)
    off = capped(card.deductions, _by_rule(card.deductions, adjustments))
    on = capped(card.bonuses, _by_rule(card.bonuses, adjustments))
    return Sheet(
        unit["id"],
        unit["short_name"],
        unit["class_"],
        unit["path"],
        lines,
        standing(lines, off, on),
        adjustments,
        case,
        exempt=bool(case and card.process.exempt in case["marks"]),
    )


def _by_rule(rules: Rules | None, adjustments: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    names = rules.rules if rules else ()
    return {
        name: sum(
            (Decimal(one["points"]) / _CENTS for one in adjustments if one["rule"] == name),
            Decimal(0),
        )
        for name in names
    }


def _ranked(card: Scorecard, made: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheets with grade and place; who is exempt, or has no total yet, has neither."""
    entries = [
        Entry(one.unit, one.class_, one.standing.total, ties_of(card, one.lines))
        for one in made
        if one.standing.total is not None and not one.exempt
    ]
    places, totals = places_of(entries), {entry.unit: entry.total for entry in entries}
    return tuple(
        replace(one, grade=grade_of(card, totals[one.unit]), place=places[one.unit])
        if one.unit in totals
        else one
        for one in made
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case for which a rule proposes points, not decided on yet."""

    rule: str
    title: str
    points: float
    bonus: bool
    evidence: scores.Evidence


def proposals(
    connection: Connection, card: Scorecard, sheet: Sheet, reader: Actor
) -> tuple[Proposal, ...]:
    """What the rules propose about a unit, from the cases that the reader sees."""
    found: list[Proposal] = []
    wanted: dict[str, list[tuple[str, Rule, bool]]] = {}
    for rules, bonus in ((card.deductions, False), (card.bonuses, True)):
        for name, rule in rules.rules.items() if rules else ():
            wanted.setdefault(rule.workflow, []).append((name, rule, bonus))
    seen = scores.cases_of_year(connection, reader, sheet.path, wanted, card.year)
    for one, workflow, state, marks, facts in seen:
        found += [
            Proposal(name, rule.title, points, bonus, one)
            for name, rule, bonus in wanted[workflow]
            if (rule.mark in marks or state in rule.state) and (points := rule.proposed(facts))
        ]
    cases = {one.evidence.case for one in found}
    decided = scores.decided_cases(connection, card.scorecard, cases)
    return tuple(one for one in found if (one.rule, one.evidence.case) not in decided)


# Acting


@dataclass(frozen=True, slots=True)
class Assessing:
    """The acts of one database."""

    database: Database
    catalog: Catalog

    def enter(
        self,
        in_force: InForce,
        entries: Sequence[FigureEntry],
        digest: str,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Enter figures, all or none; a file sent again enters nothing. Raises NotYourTurn."""
        with self.database.unit_of_work() as connection:
            figures.hold_entries(connection)
            if figures.entered(connection, digest):
                return
            check_keeper(connection, in_force, entries, actor)
            figures.enter(connection, entries, digest, _person(actor), now)

    def decide(
        self,
        card: Scorecard,
        proposal: Proposal,
        unit: int,
        points: float | None,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Confirm a proposal, with its points or fewer, or waive it with a reason."""
        if points is not None and not 0 < points <= proposal.points:
            raise InvalidInput(f"分值应大于 0，不超过 {proposal.points:g} 分")
        if not points and not reason:
            raise InvalidInput("不予计分的，请写明理由")
        cents = round((points or 0) * _CENTS)
        decision = {
            "scorecard": card.scorecard,
            "year": card.year,
            "rule": proposal.rule,
            "unit_id": unit,
            "case_id": proposal.evidence.case,
            "points": cents,
            "reason": reason or None,
            "person_id": _person(actor),
            "at": now,
        }
        with self.database.unit_of_work() as connection:
            scores.hold_decisions(connection)
            _check_office(connection, card, {unit}, actor)
            _check_open(connection, card)
            scores.decide(connection, decision)
            told: dict[str, Plain] = {
                "scorecard": card.key,
                "rule": proposal.rule,
                "points": cents,
            }
            about = ("case", proposal.evidence.case)
            audit.record(connection, Act("score", _person(actor), about, data=told), now)

    def freeze(
        self, in_force: InForce, card: Scorecard, actor: Actor, now: datetime
    ) -> tuple[Sheet, ...]:
        """Freeze the results of a year and tell every unit's case; raises a Refusal.

        Whoever freezes must be allowed the event on every case: the workflow says who and when.
        """
        with self.database.unit_of_work() as connection:
            scores.hold_decisions(connection)
            reorganised.hold_still(connection)
            made = sheets(connection, in_force, card)
            _check_office(connection, card, {one.unit for one in made}, actor)
            _check_open(connection, card)
            _check_complete(made)
            before = {
                row["unit_id"]: row["grade"]
                for row in scores.results(connection, card.scorecard, {card.year - 1})
            }
            text = in_force.ids[card.key]
            scores.freeze(
                connection, [_result(card, one, text, _person(actor), now) for one in made]
            )
            told: dict[str, Plain] = {"scorecard": card.key, "units": len(made)}
            work = Transaction(connection, self.catalog, now)
            for one in made:
                assert one.case is not None, "it is complete"
                facts = _given(card, one, before.get(one.unit, ""))
                work.fire(one.case["id"], Firing(card.process.event, facts), actor)
            about = ("scorecards", text)
            audit.record(connection, Act("score", _person(actor), about, data=told), now)
            work.flush()  # last: on PostgreSQL the commit travels with it
        return made


def check_keeper(
    connection: Connection, in_force: InForce, entries: Sequence[FigureEntry], actor: Actor
) -> None:
    """Raise NotYourTurn unless the actor's office keeps every indicator of every unit."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        office = in_force.indicator(entry.indicator).kept_by
        wanted.setdefault(office, set()).add(entry.unit)
    for office, units in wanted.items():
        if units - holds_office(connection, actor, office, units):
            raise NotYourTurn("这些指标的数值由评分责任部门填报，不由你的岗位填报")


def _person(actor: Actor) -> int:
    if actor.person is None:
        raise NotYourTurn("这一步须由人办理")
    return actor.person


def _check_office(connection: Connection, card: Scorecard, units: set[int], actor: Actor) -> None:
    if units - holds_office(connection, actor, card.kept_by, units):
        raise NotYourTurn("考核由考核办办理，不由你的岗位办理")


def _check_open(connection: Connection, card: Scorecard) -> None:
    if scores.results(connection, card.scorecard, {card.year}):
        raise ConditionNotMet(f"{card.year} 年的考核结果已经冻结，不能再改")


def lacking(made: Sequence[Sheet]) -> tuple[str, ...]:
    """What is wanting before results can be frozen, a sentence each: 待认定 is not zero."""
    if not made:
        return ("没有可以考核的单位",)
    absent = [one.name for one in made if one.case is None]
    pending = [one.name for one in made if one.case and not (one.exempt or one.standing.final)]
    wanting = ((absent, "本年没有考核事项"), (pending, "还有待认定的指标"))
    return tuple(f"{'、'.join(names)}{what}" for names, what in wanting if names)


def _check_complete(made: Sequence[Sheet]) -> None:
    if wanting := lacking(made):
        raise ConditionNotMet(f"{'；'.join(wanting)}，不能冻结")


def _given(card: Scorecard, one: Sheet, before: str) -> dict[str, Any]:
    place = one.place
    says: dict[str, Any] = {
        "total": float(one.standing.total) if one.standing.total is not None else None,
        "grade": one.grade,
        "grade_before": before,
        **({} if place is None else asdict(place)),
    }
    given = {fact: says.get(what) for fact, what in card.process.gives.items()}
    return {fact: value for fact, value in given.items() if value not in (None, "")}


def _result(card: Scorecard, one: Sheet, text: int, person: int, now: datetime) -> dict[str, Any]:
    place, total = one.place, one.standing.total or Decimal(0)
    return {
        "scorecard": card.scorecard,
        "year": card.year,
        "unit_id": one.unit,
        "text_id": text,
        "class_": one.class_,
        "total": int(total * _CENTS),
        "grade": one.grade or "不参加排名",
        "rank": place.rank if place else None,
        "class_rank": place.class_rank if place else None,
        "case_id": one.case["id"] if one.case else None,
        "person_id": person,
        "at": now,
        "sheet": dumps([_plain(line) for line in one.lines]),
    }


def _plain(line: Line) -> dict[str, Any]:
    """A line as it is kept."""
    return {
        "name": line.path[-1],
        "title": line.part.title,
        "weight": str(line.weight),
        "points": str(line.points),
        "known": str(line.known),
        "value": None if line.value is None else str(line.value),
        "lines": [_plain(inner) for inner in line.lines],
    }
