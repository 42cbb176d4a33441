"""Sign-offs (销号) and co-signatures (会签): different persons, different units, checked here and
by the database.
"""

from collections.abc import Mapping

from workflow.engine.case import Actor, Case, Cosigner, Pen, Post, Signature
from workflow.engine.definition import Definition, Event
from workflow.engine.errors import DutiesNotSeparate, NotByPrograms, NotConfirmed


def check_pen(actor: Actor, definition: Definition, event: Event) -> None:
    """Raise NotByPrograms or NotConfirmed when the event signs and the actor's pen is not ready."""
    if event.signs is None or actor.pen is Pen.READY:
        return
    title = definition.sign_offs[event.signs].title
    if actor.pen is Pen.NONE:
        raise NotByPrograms(f"“{title}”是本人的签字，不能由程序用令牌办理")
    raise NotConfirmed(f"“{title}”签字前，请再次确认是你本人")


def sign(
    case: Case, definition: Definition, event: Event, person: int, post: Post
) -> Mapping[str, Signature]:
    """The signatures in force after the event: voided ones gone, the new one added.

    Raises DutiesNotSeparate when the person, or the unit where it must differ, has signed another
    side.
    """
    standing = {side: sign for side, sign in case.cycle.signed.items() if side not in event.voids}
    if event.signs is None:
        return standing
    apart = definition.sign_offs[event.signs].apart_from
    for side, signature in standing.items():
        title = definition.sign_offs[side].title
        if signature.person == person:
            raise DutiesNotSeparate(f"你已签过“{title}”，同一人不能签两次")
        if side in apart and signature.unit == post.unit:
            raise DutiesNotSeparate(f"“{title}”是你单位签的，两次销号必须由不同单位签字")
    return {**standing, event.signs: Signature(person, post.unit, case.seq + 1)}


def cosign(case: Case, name: str, event: Event, person: int, post: Post) -> tuple[Cosigner, ...]:
    """Everyone who has done the event in this entry, the actor included.

    Raises DutiesNotSeparate when the actor is among them already, or somebody who acted through
    the same post: a substitute's signature and the holder's are one.
    """
    before = case.stay.cosigned.get(name, ())
    if any(one.person == person for one in before):
        raise DutiesNotSeparate(f"你已办理过“{event.title}”，须由另一人会签")
    if any(one.post == post.id for one in before):
        raise DutiesNotSeparate(f"这个岗位已有人办理过“{event.title}”，须由另一岗位的人会签")
    return (*before, Cosigner(person, post.unit, post.id))
