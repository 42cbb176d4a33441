"""Who sees which cases: the one condition that every list, detail, count, export, attachment,
search and feed goes through (design, law 12).

A case has a scope row for every unit that sees it: its parties, the offices to which a party may
rise, the governments above. Somebody sees through the posts held, or stood in for, at the moment;
nobody sees through a unit's place in the tree alone. A confidential case names in `named` those of
a unit who see it; see `workflow.engine.confidence`. Out of scope is the same as absent.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, or_, select

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.engine.named import person_word
from workflow.store.tables.handles import SCOPE


def units_of(actor: Actor) -> frozenset[int]:
    """The units in which somebody holds a post now."""
    return frozenset(post.unit for post in actor.posts)


def in_sight(actor: Actor, rows: FromClause = SCOPE) -> ColumnElement[bool]:
    """The scope rows through which somebody sees a case; none for whoever holds no post."""
    return and_(rows.c.unit_id.in_(units_of(actor)), not_kept_from(actor, rows))


def not_kept_from(actor: Actor, rows: FromClause = SCOPE) -> ColumnElement[bool]:
    """Of rows of the actor's units those that are not confidential, or name the actor."""
    ways: list[Any] = [rows.c.named.is_(None)]
    for unit, words in words_of(actor).items():
        ways += [and_(rows.c.unit_id == unit, _names(rows, word)) for word in sorted(words)]
    return or_(*ways)


def words_of(actor: Actor) -> dict[int, set[str]]:
    """How lists mean the actor, by unit: by the roles held there, and as somebody who is named or
    has been handed the work. Whoever stands in for somebody in one unit does not in another.
    """
    words: dict[int, set[str]] = {}
    for post in actor.posts:
        people = {one for one in (actor.person, post.holder) if one is not None}
        words.setdefault(post.unit, set()).update([post.role, *map(person_word, people)])
    return words


def is_confidential(case: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that only people who are named see a case."""
    return exists().where(SCOPE.c.case_id == case, SCOPE.c.named.is_not(None))


def _names(rows: FromClause, who: str) -> Any:
    return rows.c.named.contains(f",{who},", autoescape=True)


def check_scope(connection: Connection, actor: Actor, case_id: int) -> None:
    """Raise NotFound unless the actor sees the case."""
    query = select(SCOPE.c.case_id).where(SCOPE.c.case_id == case_id, in_sight(actor)).limit(1)
    if connection.execute(query).first() is None:
        raise out_of_sight(case_id)


def out_of_sight(case_id: int) -> NotFound:
    """The refusal that does not tell whether there is such a case."""
    return NotFound("没有这件事项，或不在你的范围内", {"case": case_id})
