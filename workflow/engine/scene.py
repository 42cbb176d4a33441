"""A case at one moment: the definition it follows, the world it sees, the instant it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.engine.case import Case, World
from workflow.engine.definition import Definition, State
from workflow.engine.machine import Compiled
from workflow.engine.sight import Sight


@dataclass(frozen=True, slots=True)
class Scene:
    """What nearly every question about a case needs to be asked with."""

    compiled: Compiled
    case: Case
    world: World
    now: datetime

    @property
    def definition(self) -> Definition:
        """The definition version of the case."""
        return self.compiled.definition

    @property
    def state(self) -> State:
        """The state the case is in."""
        return self.compiled.definition.states[self.case.state]

    @property
    def late(self) -> bool:
        """Whether the limit has passed."""
        return self.case.due is not None and self.now >= self.case.due.at

    def at(self, case: Case) -> "Scene":
        """The same moment with the case as it is now."""
        return Scene(self.compiled, case, self.world, self.now)

    def sight(self, facts: Mapping[str, Any] | None = None, **more: Any) -> Sight:
        """What expressions see, with other facts than the case's where given."""
        known = self.case.facts if facts is None else facts
        return Sight(self.definition, self.case, known, self.world, self.now, **more)

    def holds(self, condition: str | None, facts: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition holds; no condition always does."""
        if condition is None:
            return True
        return self.compiled.guards.holds(condition, self.sight(facts))

    def marks(self, own: str | None, facts: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """The marks after this step: those there are, those earned by a condition, and `own`."""
        earned = [
            name
            for name, mark in self.definition.marks.items()
            if mark.when and self.holds(mark.when, facts)
        ]
        return tuple(dict.fromkeys((*self.case.marks, *earned, *([own] if own else []))))
