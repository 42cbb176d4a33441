"""What a case knows, as flat values in words for a template: nothing in them can act."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from api.presenting.values import in_words, value_of
from api.presenting.wording import NOTHING, in_full, shortened
from workflow.catalog import Catalog
from workflow.engine.calendar import local_day
from workflow.engine.case import Case, Unit
from workflow.engine.circles import units_of_parties, units_of_party
from workflow.engine.definition import FILE_TYPES, Definition, Fact
from workflow.engine.issuing import times_issued
from workflow.engine.scene import Scene
from workflow.engine.sight import due_day
from workflow.papers.composing import Envelope, Tables, joined
from workflow.papers.lint import Sides
from workflow.store.casework import cases
from workflow.store.lists import queries
from workflow.store.offices.named import by_name

_LONGEST_HEADLINE = 30
"""Characters of what a case is called in a title, which takes three lines then."""
_SHORTEST_HEADLINE = 8
_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_CLOSES = dict(zip("（(“‘《〈【[「", "）)”’》〉】]」", strict=True))


@dataclass(frozen=True, slots=True)
class Filling:
    """All that goes into a document of a case."""

    values: Mapping[str, Any]
    tables: Tables
    envelope: Envelope
    sides: Sides


class _Nothing:
    """What is not there: it says nothing, and so does every member of it."""

    def __getattr__(self, name: str) -> "_Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __str__(self) -> str:
        return ""

    def __bool__(self) -> bool:
        return False


class _Whatever:
    """Facts of another workflow: one that it does not have says nothing."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def __getattr__(self, name: str) -> Any:
        return self._facts.get(name, "")


def filling(
    connection: Connection, catalog: Catalog, scene: Scene, document: str, actor: str
) -> Filling:
    """What a document of this case is filled with, for somebody of that name."""
    case, definition = scene.case, scene.definition
    facts = by_name(connection, definition, _for_all(definition, case.facts))
    paper = definition.documents[document]
    units = {row["id"]: row for row in queries.units_by_id(connection, _units_of(case, definition))}
    sides = {
        name: [units[unit] for unit in units_of_party(case, definition, name)]
        for name in definition.parties
    }
    to = [unit for name in paper.to for unit in sides[name]]
    copies = [unit for name in paper.copies for unit in sides[name]]
    today = local_day(scene.now)
    (issuer,) = sides[paper.issuer]
    values = {
        "case": _case_in_words(scene),
        "facts": _facts_in_words(definition, facts),
        "parties": SimpleNamespace(
            **{
                name: "、".join(" ".join(row["name"] for row in some).split())
                for name, some in sides.items()
            }
        ),
        "signed": _signatures(connection, scene, units),
        "counts": SimpleNamespace(
            **{name: case.cycle.counts.get(name, 0) for name in definition.counts}
        ),
        "parent": _parent(connection, catalog, scene),
        "titles": SimpleNamespace(**{key: fact.title for key, fact in definition.facts.items()}),
        "issuer": issuer["name"],
        "level": issuer["level"],
        "to": [joined((row["name"],)) for row in to],
        "copies": [joined((row["name"],)) for row in copies],
        "today": in_full(today),
        "year": today.year,
        "actor": actor,
        "times": times_issued(scene, document) + 1,
    }
    envelope = Envelope(
        issuer=issuer["name"],
        to=tuple(row["name"] for row in to),
        copies=tuple(row["name"] for row in copies),
        date=in_full(today),
    )
    personal = tuple(_personal(definition, case.facts))
    both = Sides(_unit(issuer), tuple(map(_unit, to)), personal)
    return Filling(values, _tables(definition, facts), envelope, both)


def _for_all(definition: Definition, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that everybody who sees the case sees: a document is read by all of them."""
    return {name: raw for name, raw in facts.items() if not definition.facts[name].seen_by}


def _units_of(case: Case, definition: Definition) -> set[int]:
    found = {*units_of_parties(case, definition)}
    return found | {signature.unit for signature in case.cycle.signed.values()}


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(row["id"], row["level"], row["kind"])


def _case_in_words(scene: Scene) -> SimpleNamespace:
    case, definition = scene.case, scene.definition
    due = due_day(case.due.at) if case.due else None
    days_left = scene.sight()["days_left"] if case.due else 0
    return SimpleNamespace(
        number=case.number,
        headline=called_in_title(str(case.facts.get(definition.headline, ""))),
        state=definition.states[case.state].title,
        workflow=definition.title,
        opened=in_full(local_day(case.opened_at)),
        due=in_full(due) if due else "",
        days_left=max(days_left, 0),
        days_over=(local_day(scene.now) - due).days if due and scene.late else 0,
        cycle=case.cycle.number,
        marks=[definition.marks[mark].title for mark in case.marks if mark in definition.marks],
    )


def called_in_title(text: str) -> str:
    """What a case is called in a title: the first line of a text, to the last sign that fits and
    stands in no bracket and no quotation; without one, as much as fits.
    """
    line = shortened(text, len(text)).rstrip("。；，")
    if len(line) <= _LONGEST_HEADLINE:
        return line
    whole = [end for end in _outside(line) if _SHORTEST_HEADLINE <= end <= _LONGEST_HEADLINE]
    clauses = [end for end in whole if line[end] in "，。；："]
    (end,) = clauses[-1:] or whole[-1:] or [_LONGEST_HEADLINE]
    return line[:end].rstrip("、…")


def _outside(line: str) -> Iterator[int]:
    """The places in a line before which every bracket and quotation that was opened is closed."""
    awaited: list[str] = []
    for place, sign in enumerate(line):
        if not awaited:
            yield place
        if sign in _CLOSES:
            awaited.append(_CLOSES[sign])
        elif awaited and sign == awaited[-1]:
            awaited.pop()


def _facts_in_words(definition: Definition, facts: Mapping[str, Any]) -> SimpleNamespace:
    """Every fact; one that only some see reads as not given: a paper is read by others."""
    return SimpleNamespace(
        **{
            name: fact_in_words(fact, None if fact.seen_by else facts.get(name))
            for name, fact in definition.facts.items()
        }
    )


def fact_in_words(fact: Fact, raw: Any) -> Any:
    """A text as a page says it; a table as rows; files as what they are called, without the ending
    that tells a machine their kind; nothing as nothing.
    """
    if fact.type == "table":
        return [
            SimpleNamespace(
                **{
                    name: "" if row.get(name) in (None, "") else in_words(column.type, row[name])
                    for name, column in fact.columns.items()
                }
            )
            for row in raw or ()
        ]
    if fact.type in FILE_TYPES:
        return [_ENDING.sub("", str(one["name"])) for one in raw or ()]
    value = value_of(fact, raw)
    return "" if value.empty else value.text


def _tables(definition: Definition, facts: Mapping[str, Any]) -> Tables:
    return {
        name: rows
        for name, fact in definition.facts.items()
        if not fact.seen_by and (rows := rows_of(fact, facts.get(name)))
    }


def rows_of(fact: Fact, raw: Any) -> tuple[tuple[str, ...], ...]:
    """A table with its heads: what is not there is left empty, a joint office is two names."""
    table = value_of(fact, raw).table if fact.type == "table" else None
    if table is None:
        return ()
    kinds = [column.type for column in fact.columns.values()]
    return (table.heads, *(tuple(map(_cell, kinds, row)) for row in table.rows))


def _cell(kind: str, text: str) -> str:
    if text == NOTHING:
        return ""
    return joined((text,)) if kind == "unit" else text


def _signatures(
    connection: Connection, scene: Scene, units: Mapping[int, Mapping[str, Any]]
) -> SimpleNamespace:
    """Each sign-off in force as “韦×× 2026年5月8日”, or nothing."""
    signed = scene.case.cycle.signed
    names = queries.person_names(connection, {given.person for given in signed.values()})
    at = {row["seq"]: row["at"] for row in queries.sign_offs_of(connection, scene.case.id)}
    found: dict[str, Any] = {}
    for side in scene.definition.sign_offs:
        if given := signed.get(side):
            day = in_full(local_day(at[given.seq])) if given.seq in at else ""
            unit = joined((units[given.unit]["name"],))
            found[side] = SimpleNamespace(person=names.get(given.person, ""), unit=unit, date=day)
        else:
            found[side] = _Nothing()
    return SimpleNamespace(**found)


def _parent(connection: Connection, catalog: Catalog, scene: Scene) -> Any:
    """The case that opened this one, if there is one."""
    if scene.case.parent is None:
        return _Nothing()
    case, _ = cases.read_case(connection, scene.case.parent)
    above = Scene(catalog.version(case.definition), case, scene.world, scene.now)
    said = _case_in_words(above)
    facts = by_name(connection, above.definition, _for_all(above.definition, case.facts))
    said.facts = _Whatever(vars(_facts_in_words(above.definition, facts)))
    said.times = case.cycle.children.get(scene.case.child_name or "", 1)
    return said


def _personal(definition: Definition, facts: Mapping[str, Any]) -> Iterable[str]:
    for name, fact in definition.facts.items():
        if fact.personal and isinstance(facts.get(name), str):
            yield facts[name]
