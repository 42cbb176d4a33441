"""Facts that somebody emptied: they stood in the form as it was shown, and nothing stands there
now.

A firing names them (`Firing.emptied`). What it merely does not give stays as it is.
"""

from workflow.engine.case import Firing
from workflow.engine.definition import Event
from workflow.engine.facts import title_of
from workflow.engine.scene import Scene


def emptied_by(scene: Scene, firing: Firing) -> tuple[str, ...]:
    """The facts that lose their value: those named that have one and are given no other."""
    named, facts = {*firing.emptied} - {*firing.inputs}, scene.case.facts
    return tuple(name for name in scene.definition.facts if name in named and name in facts)


def not_to_empty(scene: Scene, firing: Firing, event: Event) -> dict[str, str]:
    """A sentence for each fact named that this event may not empty."""
    if not firing.emptied:
        return {}  # most often
    definition, kept = scene.definition, needed_so_far(scene)
    problems = {}
    for name in firing.emptied:
        title = title_of(definition, name)
        if name in event.needs:
            problems[name] = f"请填写“{title}”"
        elif name not in event.may:
            problems[name] = f"这一步不填写“{title}”"
        elif name in kept:
            problems[name] = f"“{title}”是必填的内容，可以改，不能清空"
    return problems


def needed_so_far(scene: Scene) -> set[str]:
    """What the opening, or a step of this cycle, could not do without: it may be changed only."""
    needed = {*scene.definition.opening.needs}
    for events in scene.compiled.events.values():
        for name, event in events.items():
            if scene.case.cycle.fired.get(name):
                needed |= {*event.needs}
    return needed
