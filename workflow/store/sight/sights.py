"""Where a case stands in people's lists, and who sees it: what the rows of `scope` say."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from workflow.engine.case import Case, World
from workflow.engine.circles import circles
from workflow.engine.confidence import who_sees
from workflow.engine.definition import Definition
from workflow.engine.named import person_word, spelled
from workflow.engine.scene import Scene

ABOVE, INHERITED = "above", "inherited"
"""Why somebody sees a case: as a government above a party, or as heir of a unit that saw it."""

NOBODY = ",,"
"""What `scope.named` says of a unit of which nobody sees a secret case."""

NO_LIMIT = datetime(9999, 1, 1, tzinfo=UTC)
"""Where lists sort cases without a limit, or whose clock stands still: last."""

Acting = tuple[str | None, str | None]
"""What `scope` says of a unit: its roles that can act now, and who of it sees a secret case."""


def place_of(case: Case) -> dict[str, Any]:
    """Where a case stands in people's lists."""
    due = case.due if case.stopped_at is None else None
    return {
        "due_at": due.at if due else NO_LIMIT,
        "closed": case.closed_at is not None,
        "state": case.state,
        "about": case.unit,
        "entered_at": case.stay.entered_at,
        "opened_at": case.opened_at,
    }


def acting_in(scene: Scene, only: str | None) -> dict[int, Acting]:
    """The units of which somebody can act now, or is named to see a secret case."""
    case, compiled = scene.case, scene.compiled
    roles: dict[int, set[str]] = {}
    seen: dict[int, str | None] = {}
    for party, who in compiled.actors[case.state].items():
        if party not in case.parties:  # an optional one is empty
            continue
        unit = case.parties[party].unit
        roles.setdefault(unit, set()).update(spelled(case, compiled.definition, unit, who))
    handled = None
    if scene.state.turn is not None and case.stay.handler is not None:
        handled = case.parties[scene.state.turn].unit
        roles.setdefault(handled, set()).add(person_word(case.stay.handler))
    if only is not None:
        for unit, named in who_sees(scene).items():
            handler = (
                {person_word(case.stay.handler)} if unit == handled and case.stay.handler else set()
            )
            seen[unit] = None
            if named is not None:
                seen[unit] = _listed({*spelled(case, compiled.definition, unit, named), *handler})
    return {
        unit: (_listed(roles[unit]) if unit in roles else None, seen.get(unit, only))
        for unit in {**roles, **seen}
    }


def _listed(who: Collection[str]) -> str:
    return f",{','.join(sorted(who))},"


def units_that_see(case: Case, world: World, definition: Definition) -> Iterable[tuple[int, str]]:
    """The parties' units, the offices to which a party may rise, and the governments above."""
    seen = {unit: name for name, some in circles(definition, case.facts).items() for unit in some}
    seen |= {seat.unit: name for name, seat in case.parties.items()}
    for name, seat in case.parties.items():
        for unit in seat.row:
            seen.setdefault(unit, name)
    parties = {*seen}  # a unit that only stands in some table does not see the case
    for lineage in (one for one in world.lineages.values() if one.unit.id in parties):
        for office, unit in lineage.offices.items():
            if office.endswith(".government"):
                seen.setdefault(unit, ABOVE)
    return seen.items()
