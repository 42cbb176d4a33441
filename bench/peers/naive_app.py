"""What one writes first with FastAPI and SQLModel: an application that accepts cases over HTTP.

An object a row, a session a request, a bearer token looked up in a table; each step writes what the
reference transaction writes. `naive_app.py seed URL CASES TOKEN` makes the tables and so many cases
that wait, `naive_app.py serve URL PORT` serves them.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine
from sqlmodel import Field, Session, SQLModel, create_engine, select

from bench.reference import BODY, HASH

TERM = timedelta(days=10)


class Token(SQLModel, table=True):
    """Who may do something."""

    hash: str = Field(primary_key=True)
    person_id: int


class Case(SQLModel, table=True):
    """A case that waits for `accept`."""

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    unit_id: int
    state: str = Field(default="assigned", index=True)
    seq: int = 3
    due_at: datetime | None = None
    head: str = HASH
    body: str = BODY


class History(SQLModel, table=True):
    """What happened."""

    case_id: int = Field(primary_key=True, foreign_key="case.id")
    seq: int = Field(primary_key=True)
    event: str
    from_state: str
    to_state: str
    person_id: int
    at: datetime
    inputs: str
    prev: str
    hash: str


class Timer(SQLModel, table=True):
    """A deadline."""

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    due_at: datetime
    wake_at: datetime | None = Field(default=None, index=True)
    settled_at: datetime | None = None
    status: str = "waiting"


class Outbox(SQLModel, table=True):
    """A message owed."""

    key: str = Field(primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    person_id: int
    way: str = "email"
    variables: str = "{}"
    status: str = "waiting"
    wake_at: datetime = Field(index=True)


class Request(SQLModel, table=True):
    """A client's request id with its answer."""

    id: str = Field(primary_key=True)
    person_id: int
    answer: str


class Acceptance(SQLModel):
    """The body of a request."""

    request: str


class Answer(SQLModel):
    """Where the case is now."""

    case: int
    state: str
    seq: int


def seed(engine: Engine, cases: int, token: str) -> None:
    """Make the tables and the cases."""
    SQLModel.metadata.create_all(engine)
    now = datetime.now(UTC)
    with Session(engine) as session:
        session.add(Token(hash=_hash(token), person_id=1))
        session.add_all(Case(id=n, number=f"第{n}号", unit_id=n % 9) for n in range(1, cases + 1))
        session.flush()
        session.add_all(Timer(case_id=n, due_at=now, wake_at=now) for n in range(1, cases + 1))
        session.commit()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def application(engine: Engine) -> FastAPI:
    """The whole of it."""
    app = FastAPI()
    bearer = HTTPBearer()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    Opened = Annotated[Session, Depends(session)]

    def person(
        opened: Opened, given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
    ) -> int:
        token = opened.get(Token, _hash(given.credentials))
        if token is None:
            raise HTTPException(401)
        return token.person_id

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/cases/{case_id}/accept")
    def accept(
        case_id: int, body: Acceptance, opened: Opened, who: Annotated[int, Depends(person)]
    ) -> Answer:
        if found := opened.get(Request, body.request):
            return Answer.model_validate_json(found.answer)
        case = opened.exec(select(Case).where(Case.id == case_id).with_for_update()).one_or_none()
        if case is None:
            raise HTTPException(404)
        if case.state != "assigned":
            raise HTTPException(409)
        return _accept(opened, case, case_id, who, body.request)

    return app


def _accept(opened: Session, case: Case, case_id: int, who: int, request: str) -> Answer:
    now = datetime.now(UTC)
    prev, case.seq, case.state, case.due_at = case.head, case.seq + 1, "planning", now + TERM
    case.head = _hash(json.dumps([case_id, case.seq, "accept", who, prev]))
    opened.add(
        History(
            case_id=case_id, seq=case.seq, event="accept", from_state="assigned",
            to_state="planning", person_id=who, at=now, inputs="{}", prev=prev, hash=case.head,
        )
    )  # fmt: skip
    waiting = select(Timer).where(Timer.case_id == case_id, Timer.status == "waiting")
    for timer in opened.exec(waiting):
        timer.status, timer.wake_at, timer.settled_at = "fired", None, now
    opened.add(Timer(case_id=case_id, due_at=now + TERM, wake_at=now + TERM))
    opened.add(Outbox(key=f"{case_id}.{case.seq}", case_id=case_id, person_id=who, wake_at=now))
    answer = Answer(case=case_id, state=case.state, seq=case.seq)
    opened.add(Request(id=request, person_id=who, answer=answer.model_dump_json()))
    opened.commit()
    return answer


if __name__ == "__main__":
    made = create_engine(
        sys.argv[2].replace("postgresql://", "postgresql+psycopg://"), pool_size=16
    )
    if sys.argv[1] == "seed":
        seed(made, int(sys.argv[3]), sys.argv[4])
    else:
        uvicorn.run(application(made), port=int(sys.argv[3]), log_level="warning", access_log=False)
