"""Who may fire an event: the posts a person acts through, measured against `by` and the parties'
separations.
"""

from workflow.engine.case import Actor, Case, Post
from workflow.engine.circles import units_of_party
from workflow.engine.definition import Definition, Event, State
from workflow.engine.errors import DutiesNotSeparate, NotYourTurn
from workflow.engine.named import fits, keep_out, role_title
from workflow.engine.words import TURN


def party_of(role: str, state: State | None) -> str:
    """The party meant by `party.role`; `turn` is the one whose turn it is in the state, "" where it
    is nobody's. Without a state `turn` stays what it is.
    """
    party = role.partition(".")[0]
    return (state.turn or "") if party == TURN and state else party


def desk_of(case: Case, definition: Definition, role: str) -> tuple[int | None, str]:
    """The desk meant by `party.role` for this case, its unit and the role of its posts; the unit
    None if the party is empty.
    """
    seat = case.parties.get(_party_of(case, definition, role))
    return (seat.unit if seat else None), role.partition(".")[2]


def desks_of(case: Case, definition: Definition, role: str) -> tuple[tuple[int, str], ...]:
    """The desks meant by `party.role`, of a party of several units as of one."""
    units = units_of_party(case, definition, _party_of(case, definition, role))
    return tuple((unit, role.partition(".")[2]) for unit in units)


def permit(case: Case, definition: Definition, event: Event, actor: Actor) -> Post | None:
    """The post through which the actor may fire the event; None for the clock and for linked cases.

    Raises NotYourTurn when no post fits, DutiesNotSeparate when one fits but the actor also holds
    a post on a side that must stay apart (design, law 9).
    """
    if actor.kind != "person":
        if (actor.kind == "clock") != (event.at is not None) or (actor.kind == "case") != bool(
            event.on
        ):
            raise NotYourTurn("这一步不由系统自动办理")
        return None
    if post := _handed_to(case, definition, event, actor):
        keep_out(case, definition, event, actor)
        return post
    for role in event.by:
        unit, post_role = desk_of(case, definition, role)
        for post in actor.posts:
            if post.unit == unit and fits(case.facts, definition, actor, post, post_role):
                _keep_apart(case, definition, _party_of(case, definition, role), actor)
                keep_out(case, definition, event, actor)
                return post
    raise NotYourTurn(_whose(case, definition, event), {"by": list(event.by)})


def _party_of(case: Case, definition: Definition, role: str) -> str:
    return party_of(role, definition.states[case.state])


def _handed_to(case: Case, definition: Definition, event: Event, actor: Actor) -> Post | None:
    """A post of the one to whom this state's work was handed, or of who stands in for them, if the
    event belongs to the turn (转办).
    """
    turn = definition.states[case.state].turn
    if case.stay.handler is None or event.signs or turn is None:
        return None
    if not any(_party_of(case, definition, role) == turn for role in event.by):
        return None
    return handled_through(case, turn, actor)


def handled_through(case: Case, turn: str, actor: Actor) -> Post | None:
    """The post in the turn's unit through which the actor is, or stands in for, the handler."""
    if case.stay.handler is None:
        return None
    unit = case.parties[turn].unit
    mine = (post for post in actor.posts if post.unit == unit)
    return next((post for post in mine if case.stay.handler in (actor.person, post.holder)), None)


def _keep_apart(case: Case, definition: Definition, party: str, actor: Actor) -> None:
    for other in definition.parties[party].apart_from:
        theirs = units_of_party(case, definition, other)
        if any(post.unit in theirs for post in actor.posts):
            title = definition.parties[other].title
            own = definition.parties[party].title
            raise DutiesNotSeparate(f"你在{title}任职，不能代表{own}办理")


def _whose(case: Case, definition: Definition, event: Event) -> str:
    if not event.by:
        return f"“{event.title}”由系统办理，不能由人办理"
    names = []
    for role in event.by:
        party = definition.parties[_party_of(case, definition, role)].title
        names.append(f"{party}的{role_title(definition, role.partition('.')[2])}")
    return f"“{event.title}”由{'、'.join(dict.fromkeys(names))}办理"
