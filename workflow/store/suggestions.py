"""The box for complaints and suggestions (意见箱): put in signed or unsigned, answered once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from workflow.engine.errors import InvalidInput, NotFound, OutOfTurn
from workflow.store.tables.handles import PERSON, SUGGESTION

SHORTEST, LONGEST = 5, 2000
KINDS = {"suggestion": "建议", "complaint": "投诉", "burden": "反映负担过重"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One of them; `name` is None where it is unsigned."""

    id: int
    name: str | None
    kind: str
    text: str
    at: datetime
    answer: str | None
    answered_at: datetime | None


def put_in(
    connection: Connection, kind: str, text: str, now: datetime, *, person: int | None
) -> None:
    """Put one in, unsigned where no person is given; raises InvalidInput."""
    if kind not in KINDS:
        raise InvalidInput("请选择一个类别", {"kind": kind[:20]})
    _check_length(text, "内容")
    row = {"kind": kind, "text": text, "at": now, "person_id": person}
    connection.execute(SUGGESTION.insert().values(row))


def put_in_by(connection: Connection, person: int, limit: int = 50) -> list[Suggestion]:
    """What somebody put in signed, newest first."""
    return _read(connection, _query().where(SUGGESTION.c.person_id == person), limit)


def all_suggestions(
    connection: Connection, *, before: int | None = None, limit: int = 50
) -> list[Suggestion]:
    """What anybody put in, newest first."""
    query = _query()
    if before is not None:
        query = query.where(SUGGESTION.c.id < before)
    return _read(connection, query, limit)


def answer(connection: Connection, id_: int, text: str, by: int, now: datetime) -> None:
    """Answer one, once and for all; raises NotFound, OutOfTurn, InvalidInput."""
    _check_length(text, "答复", shortest=1)
    open_ = (SUGGESTION.c.id == id_, SUGGESTION.c.answered_at.is_(None))
    given = {"answer": text, "answered_at": now, "answered_by": by}
    if connection.execute(update(SUGGESTION).where(*open_).values(given)).rowcount:
        return
    joined = SUGGESTION.outerjoin(PERSON, PERSON.c.id == SUGGESTION.c.answered_by)
    who = select(PERSON.c.name).select_from(joined).where(SUGGESTION.c.id == id_)
    found = connection.execute(who).first()
    if found is None:
        raise NotFound("没有这条意见")
    raise OutOfTurn(f"{found[0] or '别人'}已经答复过这条意见，刚写的答复没有送出")


def _check_length(text: str, what: str, shortest: int = SHORTEST) -> None:
    if not shortest <= len(text) <= LONGEST:
        raise InvalidInput(f"{what}应为 {shortest} 至 {LONGEST} 个字，现为 {len(text)} 个")


_COLUMNS = (
    SUGGESTION.c.id,
    PERSON.c.name,
    *(SUGGESTION.c[name] for name in ("kind", "text", "at", "answer", "answered_at")),
)


def _query() -> Select[Any]:
    joined = SUGGESTION.outerjoin(PERSON, PERSON.c.id == SUGGESTION.c.person_id)
    return select(*_COLUMNS).select_from(joined).order_by(SUGGESTION.c.id.desc())


def _read(connection: Connection, query: Select[Any], limit: int) -> list[Suggestion]:
    return [Suggestion(*row) for row in connection.execute(query.limit(limit))]
