"""Who is told what of a step: templates by name with flat text variables, never live objects."""

from dataclasses import replace

from workflow.engine.confidence import sees
from workflow.engine.decision import Notice
from workflow.engine.definition import Event, Rung
from workflow.engine.named import is_named, people_in
from workflow.engine.permits import desks_of
from workflow.engine.remaining import due_in_words, left_in_words
from workflow.engine.scene import Scene

LONGEST = 200
"""Characters of a variable that come from what people wrote."""


def of_event(scene: Scene, event: Event) -> list[Notice]:
    """What an event tells by itself."""
    return _notice(scene, event.tell, event.notice or "told", event.urgency, event.title)


def of_arrival(scene: Scene) -> list[Notice]:
    """What the arrival in the present state tells."""
    state = scene.state
    return _notice(scene, state.tell, "task", state.urgency, state.title)


def of_rung(scene: Scene, rung: Rung) -> list[Notice]:
    """What a rung tells: a reminder before the limit, a warning after it."""
    template = rung.notice or ("overdue" if scene.late else "reminder")
    told = _notice(scene, rung.tell, template, rung.urgency, rung.at.in_words())
    return [replace(one, ways=rung.by) for one in told]


def _notice(
    scene: Scene, roles: tuple[str, ...], template: str, urgency: str, what: str
) -> list[Notice]:
    """One notice to those of the roles who may know of the case; none if nobody is to be told."""
    found = (desks_of(scene.case, scene.definition, role) for role in roles)
    desks = dict.fromkeys(desk for some in found for desk in some)
    told = [desk for desk in desks if sees(scene, *desk)]
    to = tuple(desk for desk in told if not is_named(scene.definition, desk[1]))
    named = (people_in(scene.case, role, unit) for unit, role in told if (unit, role) not in to)
    people = tuple(dict.fromkeys(person for some in named for person in some))
    if desks and not to and not people:
        return []
    return [Notice(to, template, variables(scene, what), urgency, (), people)] if roles else []


def variables(scene: Scene, what: str) -> dict[str, str]:
    """The variables every template may use; `what` is the event, the state or the moment."""
    case, due = scene.case, scene.case.due
    return {
        "workflow": scene.definition.title,
        "number": case.number,
        "headline": str(case.facts.get(scene.definition.headline, ""))[:LONGEST],
        "state": scene.state.title,
        "what": what,
        "due": due_in_words(due.at) if due else "",
        "why": due.derivation if due else "",
        "left": left_in_words(scene.world.calendar, due.at, scene.now) if due else "",
    }
