"""Who sees the cases that a transaction touched, and whose work they are now, as rows of scope."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.engine.case import Case, World
from workflow.engine.circles import circles
from workflow.engine.confidence import is_secret
from workflow.engine.decision import Step
from workflow.engine.definition import Definition
from workflow.engine.machine import Compiled
from workflow.engine.scene import Scene
from workflow.store.driver import bulk
from workflow.store.sight.sights import ABOVE, NOBODY, Acting, acting_in, place_of, units_that_see

Row = dict[str, Any]

_SEE = text(
    "INSERT INTO scope (unit_id, case_id, why, closed, due_at, workflow, state, about, entered_at,"
    " opened_at) VALUES (:unit_id, :case_id, :why, :closed, :due_at, :workflow, :state, :about,"
    " :entered_at, :opened_at) ON CONFLICT (unit_id, case_id)"
    " DO UPDATE SET why = excluded.why WHERE scope.why IN ('above', 'inherited')"
)
_UNSEE = text("DELETE FROM scope WHERE case_id = :case_id AND why = 'above'")
_INHERIT = text(
    "INSERT INTO scope"
    " (unit_id, case_id, why, closed, due_at, workflow, state, about, entered_at, opened_at, named)"
    " SELECT unit.successor_id, case_id, 'inherited', closed, due_at, workflow, state, about,"
    " entered_at, opened_at, named"
    " FROM scope JOIN unit ON unit.id = scope.unit_id"
    " WHERE case_id = :case_id AND unit.successor_id IS NOT NULL ON CONFLICT DO NOTHING"
)
_PLACE = text(
    "UPDATE scope SET due_at = :due_at, closed = :closed, state = :state, about = :about,"
    " entered_at = :entered_at,"
    " acts = CASE unit_id WHEN :unit_id THEN :acts END,"
    " named = CASE unit_id WHEN :unit_id THEN :named ELSE :others END WHERE case_id = :case_id"
)
_ACT = text(
    "UPDATE scope SET acts = :acts, named = :named WHERE case_id = :case_id AND unit_id = :unit_id"
)


@dataclass
class SightRows:
    """The rows of one transaction: `places` is where a case lies in the lists, `acting` who can act
    on it now and `acted` who could before, each by case.
    """

    sights: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    inherited: list[Row] = field(default_factory=list)
    places: dict[int, Row] = field(default_factory=dict)
    acted: dict[int, dict[int, Acting]] = field(default_factory=dict)
    acting: dict[int, dict[int, Acting]] = field(default_factory=dict)

    def add(self, step: Step, before: Case | None, world: World, compiled: Compiled) -> None:
        """Those of a step."""
        if step.firing.event == "reorganise":
            self._forget_above(step.case.id)
            before = None  # who sees it is found anew
        self._add(step.case, before, world, compiled, step.now)

    def _add(
        self, case: Case, before: Case | None, world: World, compiled: Compiled, now: datetime
    ) -> None:
        place = place_of(case)
        definition = compiled.definition
        if before is None or _sides(before, definition) != _sides(case, definition):
            for unit, why in units_that_see(case, world, definition):
                sight = {"unit_id": unit, "case_id": case.id, "why": why}
                self.sights.append(sight | {"workflow": case.workflow, **place})
        scene, acted = Scene(compiled, case, world, now), {}
        others = NOBODY if is_secret(scene) else None
        confidential = compiled.definition.confidential is not None
        if before is None or confidential or place_of(before) != place:
            self.places[case.id] = {"case_id": case.id, "others": others, **place}
        else:
            acted = acting_in(scene.at(before), None)
        self.acted.setdefault(case.id, acted)
        self.acting[case.id] = acting_in(scene, others)

    def _forget_above(self, case: int) -> None:
        """Whoever only stood above a party may do so no more; who had a part in it has."""
        self.moved.append({"case_id": case})
        self.sights = [row for row in self.sights if (row["case_id"], row["why"]) != (case, ABOVE)]

    def inherit(self, case: int) -> None:
        """Whoever took over from a unit sees what that unit saw."""
        self.inherited.append({"case_id": case})

    def batches(self) -> Iterator[bulk.Batch]:
        """The statements, in the order in which the table can take them."""
        yield _UNSEE, self.moved
        yield _SEE, self.sights
        yield _INHERIT, self.inherited  # last: a party sees by its own right
        yield _PLACE, list(self._placed())
        yield _ACT, list(self._acts())

    def _placed(self) -> Iterator[Row]:
        """Cases whose place in the lists changed, with the first of the units that can act."""
        for case, place in self.places.items():
            unit, (acts, named) = next(iter(self.acting[case].items()), (None, (None, None)))
            yield {**place, "unit_id": unit, "acts": acts, "named": named}

    def _acts(self) -> Iterator[Row]:
        """Units that can act now or no longer, where `_placed` does not say it."""
        for case, acting in self.acting.items():
            was = self.acted[case]
            changed = [unit for unit in {**was, **acting} if acting.get(unit) != was.get(unit)]
            for unit in list(acting)[1:] if case in self.places else changed:
                acts, named = acting.get(unit, (None, None))
                yield {"case_id": case, "unit_id": unit, "acts": acts, "named": named}


def _sides(case: Case, definition: Definition) -> tuple[Any, ...]:
    """Who has a part in a case: its parties, and those of several units."""
    return case.parties, circles(definition, case.facts)
