"""What is wrong after a siege: doctor's complaints, and where the books of clients and of the mail
server differ from the database.
"""

import json
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from tests.proof.story import Story
from tests.soak.clients import Book
from tests.soak.sink import CountingSink
from workflow.doctor import examine
from workflow.store.tables.handles import HISTORY, OUTBOX, REQUEST


def verdict(story: Story, book: Book, sink: CountingSink, worker_kills: int) -> Iterator[str]:
    """Everything that is wrong; nothing, if the promises were kept."""
    yield from book.wrong
    yield from map(str, examine(story.database, story.catalog, story.now).complaints)
    yield from lost(story, book)
    yield from applied_twice(story, book)
    yield from misdelivered(story, sink, worker_kills)


def lost(story: Story, book: Book) -> Iterator[str]:
    """What was acknowledged, but is not in history, or is kept with another answer."""
    with story.database.reading() as connection:
        rows = select(HISTORY.c.case_id, HISTORY.c.to_state, HISTORY.c.seq)
        history = {tuple(row) for row in connection.execute(rows)}
        answers = connection.execute(select(REQUEST.c.id, REQUEST.c.answer)).all()
    kept = {id_.partition(":")[2]: answer for id_, answer in answers}  # without whose it is
    for request, (case, state, seq) in book.acknowledged.items():
        if (case, state, seq) not in history:
            yield f"{request} was acknowledged: case {case}, row {seq}, {state}; it is not there"
        (answer,) = json.loads(kept.get(request, "[{}]"))
        if (answer.get("case"), answer.get("state"), answer.get("seq")) != (case, state, seq):
            yield f"{request} is kept with another answer: {answer}"


def applied_twice(story: Story, book: Book) -> Iterator[str]:
    """Cases with more rows by persons than requests: some request was applied twice."""
    asked = Counter(case for case, _, _ in book.acknowledged.values())
    opened = {case for case, _, seq in book.acknowledged.values() if seq <= 2}
    by_person = (HISTORY.c.actor == "person", HISTORY.c.event != "open")
    query = select(HISTORY.c.case_id, func.count()).where(*by_person).group_by(HISTORY.c.case_id)
    with story.database.reading() as connection:
        rows: dict[int, int] = dict(connection.execute(query).all())
    for case, count in asked.items():
        if rows.get(case, 0) != count:
            yield f"case {case}: {count} requests were acknowledged, {rows.get(case)} applied"
    for case in rows.keys() - opened:
        yield f"case {case} was opened by nobody's request"


def misdelivered(story: Story, sink: CountingSink, worker_kills: int) -> Iterator[str]:
    """Mail that stands as sent and never came, or the other way; more copies than kills allow."""
    columns = OUTBOX.c.key, OUTBOX.c.status, OUTBOX.c.attempts
    with story.database.reading() as connection:
        rows = connection.execute(select(*columns).where(OUTBOX.c.way == "email")).all()
    received = {row.key: copies for row in rows if (copies := sink.received(row.key))}
    for key, said, attempts in rows:
        if said == "sent" and key not in received:
            yield f"message {key} stands as sent and never came"
        never = said == "waiting" or (
            said == "cancelled" and attempts <= 1
        )  # else it says: perhaps
        if never and key in received:
            yield f"message {key} came and stands as {said}"
    if (twice := sum(received.values()) - len(received)) > worker_kills:
        yield f"{twice} copies too many after {worker_kills} kills of workers"
    if sink.copies.total() != sum(received.values()):
        yield "a message came that nobody owed"
