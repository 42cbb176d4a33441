"""What is wrong after a siege: doctor's complaints, and where the books of clients and of the mail
server, or the checkpoints that were exported, differ from the database.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from tests.proof.story import Story
from tests.soak.clients import Book
from tests.soak.sink import CountingSink
from workflow.doctor import examine
from workflow.doctor.against import compare
from workflow.doctor.verify import read_files
from workflow.store.evidence import checkpoints
from workflow.store.tables.handles import HISTORY, OUTBOX, REQUEST


def verdict(
    story: Story, book: Book, sink: CountingSink, may_double: int, safe: Path
) -> Iterator[str]:
    """Everything that is wrong once nothing is left to be done, beside what clients complained of;
    nothing, if the promises were kept.
    """
    yield from map(str, examine(story.database, story.catalog, story.now).complaints)
    yield from wrong_at_any_time(story, book, sink)
    yield from misdelivered(story, sink, may_double)
    yield from changed_since(story, safe)


def wrong_at_any_time(story: Story, book: Book, sink: CountingSink) -> Iterator[str]:
    """What is wrong even while there is still something to be done, but by clients."""
    yield from lost(story, book)
    yield from applied_twice(story, book)
    yield from never_came(story, sink)


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


def never_came(story: Story, sink: CountingSink) -> Iterator[str]:
    """Mail that stands as sent, of which the mail server knows nothing: it counts before it says
    yes.
    """
    for key, said, *_ in _mails(story):
        if said == "sent" and not sink.received(key):
            yield f"message {key} stands as sent and never came"


def misdelivered(story: Story, sink: CountingSink, may_double: int) -> Iterator[str]:
    """Mail that came and stands as if it had not; more copies than tries, or than kills allow; what
    was given up though its server takes everything.
    """
    rows = _mails(story)
    received = {key: copies for key, *_ in rows if (copies := sink.received(key))}
    for key, said, attempts, outcome in rows:
        copies = received.get(key, 0)
        never = said == "waiting" or (
            said == "cancelled" and attempts <= 1
        )  # else it says: perhaps
        if never and copies:
            yield f"message {key} came and stands as {said}"
        if copies > attempts:
            yield f"message {key} came {copies} times after {attempts} tries"
        if said == "dead" and outcome in ("failed", "throttled", "ambiguous"):
            yield f"message {key} was given up: {outcome}"
    if (twice := sum(received.values()) - len(received)) > may_double:
        yield f"{twice} copies too many, where the kills explain {may_double}"
    if sink.copies.total() != sum(received.values()):
        yield "a message came that nobody owed"


def _mails(story: Story) -> list[Any]:
    columns = OUTBOX.c.key, OUTBOX.c.status, OUTBOX.c.attempts, OUTBOX.c.outcome
    with story.database.reading() as connection:
        return list(connection.execute(select(*columns).where(OUTBOX.c.way == "email")).all())


def changed_since(story: Story, safe: Path) -> Iterator[str]:
    """Where the database is not as its own checkpoints say, or one of their files is missing.

    The last one is made now that nobody writes: a case opened while one was made has to be known.
    """
    there = read_files([safe])[1] if safe.is_dir() else []
    if not there:
        yield "no checkpoint was exported"
        return
    with story.database.unit_of_work() as connection:
        last = checkpoints.export(connection, story.now)
    with story.database.snapshot() as connection:
        for finding in compare(connection, [*there, json.loads(last.text)]):
            yield f"not as a checkpoint says: {finding}"
