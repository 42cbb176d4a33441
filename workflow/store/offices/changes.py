"""Changes of the organisation as rows: who changed what, when, and what it was before.

One change is one transaction, and one at a time: what a change read is still so when it writes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, insert, select, text, update

from workflow.store.driver import bulk
from workflow.store.plain import dumps
from workflow.store.request_ids import reused
from workflow.store.tables.handles import CHANGE, HOLDING, ITEM, PERSON, POST, UNIT

What = Literal["unit", "person", "post", "holding"]
TABLES: Mapping[What, Any] = {"unit": UNIT, "person": PERSON, "post": POST, "holding": HOLDING}

Row = dict[str, Any]
_KEEP = insert(ITEM)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change and when; `person` is None for the command line.

    `request` is made by the client, its person's own: the same one again gets the first answer.
    """

    request: str
    now: datetime
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made; `sentence` says it in Chinese."""

    id: int
    sentence: str


def named(person: int) -> str:
    """How a sentence that is kept names somebody: by id alone, so that erasing a person leaves
    nothing of the name in it.
    """
    return f"⟦{person}⟧"


_NAMED = re.compile(r"⟦(\d{1,15})⟧")


def in_words(connection: Connection, sentences: Sequence[str]) -> list[str]:
    """Sentences as they were kept, with the names that people have today."""
    ids = {int(id_) for sentence in sentences for id_ in _NAMED.findall(sentence)}
    query = select(PERSON.c.id, PERSON.c.name).where(PERSON.c.id.in_(ids))
    names = {row.id: row.name for row in connection.execute(query)}
    return [
        _NAMED.sub(lambda found: names.get(int(found[1]), found[0]), sentence)
        for sentence in sentences
    ]


@dataclass
class Change:
    """A change in the making: every row it writes goes through here and leaves an item."""

    connection: Connection
    id: int
    sentence: str
    now: datetime
    items: list[Row] = field(default_factory=list)

    def add(self, what: What, row: Row) -> int:
        """A new row; its id."""
        table = TABLES[what]
        if "id" not in row:
            row = {**row, "id": next_ids(self.connection, what)}
        self.connection.execute(insert(table).values(row))
        self.added(what, row["id"], row["id"])
        return int(row["id"])

    def added(self, what: What, first: int, last: int) -> None:
        """Rows were added, with all the ids between."""
        self._item(what, first, last, None, None)

    def set(self, what: What, id_: int, before: Row, after: Row) -> None:
        """Other values in some columns of a row."""
        table = TABLES[what]
        self.connection.execute(update(table).where(table.c.id == id_).values(after))
        self.was(what, id_, before, after)

    def remove(self, what: What, id_: int) -> None:
        """A row that never took effect goes."""
        table = TABLES[what]
        query = select(table).where(table.c.id == id_)
        before = dict(self.connection.execute(query).mappings().one())
        self.connection.execute(delete(table).where(table.c.id == id_))
        self.was(what, id_, before, None)

    def was(self, what: What, id_: int, before: Row | None, after: Row | None) -> None:
        """A row was changed; `before` and `after` are the columns that differ."""
        self._item(what, id_, id_, before, after)

    def _item(
        self, what: What, first: int, last: int, before: Row | None, after: Row | None
    ) -> None:
        item: Row = {"change_id": self.id, "item": len(self.items) + 1, "what": what}
        item |= {"first_id": first, "last_id": last}
        item["before"] = dumps(plain(before)) if before is not None else None
        item["after"] = dumps(plain(after)) if after is not None else None
        self.items.append(item)

    def touched(self) -> dict[str, list[str]]:
        """The rows it touched, a list of ranges a table: how the audit log tells of them."""
        ranges: dict[str, list[str]] = {}
        for item in self.items:
            ranges.setdefault(item["what"], []).append(f"{item['first_id']}-{item['last_id']}")
        return ranges

    def keep(self) -> Changed:
        """Write the items; the last thing a change does."""
        bulk.send(self.connection, [(_KEEP, self.items)])
        return Changed(self.id, *in_words(self.connection, [self.sentence]))


def plain(row: Mapping[str, Any]) -> Row:
    """Columns as JSON has them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def one_at_a_time(connection: Connection) -> None:
    """Wait until nobody else changes the organisation; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE org_change IN SHARE ROW EXCLUSIVE MODE"))


@dataclass
class Work:
    """A transaction in which one change is made: reads first, then `begin`s with a sentence."""

    connection: Connection
    asked: Asked
    kind: str
    digest: str

    @property
    def now(self) -> datetime:
        """When the change is made."""
        return self.asked.now

    def begin(self, sentence: str, undoes: int | None = None) -> Change:
        """Begin the change with what there is to say of it."""
        row = {
            "request": self.asked.request,
            "digest": self.digest,
            "kind": self.kind,
            "at": self.now,
            "person_id": self.asked.person,
            "sentence": sentence,
            "undoes_id": undoes,
        }
        new = insert(CHANGE).values(row).returning(CHANGE.c.id)
        id_ = int(self.connection.execute(new).scalar_one())
        return Change(self.connection, id_, sentence, self.now)


def answered(connection: Connection, request: str, digest: str) -> Changed | None:
    """The change that this request has made already; raises RequestReused for another one."""
    query = select(CHANGE.c.id, CHANGE.c.sentence, CHANGE.c.digest)
    row = connection.execute(query.where(CHANGE.c.request == request)).first()
    if row is None:
        return None
    if row.digest != digest:
        raise reused(request)
    return Changed(row.id, *in_words(connection, [row.sentence]))


def made_by(connection: Connection, person: int, what: What, ids: Collection[int]) -> set[int]:
    """Which of these rows somebody added, by a change of their own."""
    table = TABLES[what]
    query = (
        select(table.c.id)
        .join(ITEM, and_(ITEM.c.what == what, table.c.id.between(ITEM.c.first_id, ITEM.c.last_id)))
        .join(CHANGE, CHANGE.c.id == ITEM.c.change_id)
        .where(table.c.id.in_(ids), CHANGE.c.person_id == person, ITEM.c.before.is_(None))
    )
    return set(connection.execute(query).scalars())


def next_ids(connection: Connection, table: str, many: int = 1) -> int:
    """The first of so many ids in a row that nobody else will get."""
    if connection.dialect.name == "postgresql":
        taken = text(
            "SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest("
            f" nextval(pg_get_serial_sequence(:name, 'id')), (SELECT max(id) + 1 FROM {table})"
            ") + :more)"
        )
        last = connection.execute(taken, {"name": table, "more": many - 1}).scalar_one()
        return int(last) - many + 1
    query = text(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
    return int(connection.execute(query).scalar_one())


def list_changes(
    connection: Connection, *, before: int | None = None, limit: int = 50
) -> list[Row]:
    """Changes, newest first, with the names of who made them and whether they were undone."""
    undo = CHANGE.alias("undo")
    query = (
        select(CHANGE, PERSON.c.name.label("person"), undo.c.id.label("undone_by"))
        .outerjoin(PERSON, PERSON.c.id == CHANGE.c.person_id)
        .outerjoin(undo, undo.c.undoes_id == CHANGE.c.id)
        .order_by(CHANGE.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(CHANGE.c.id < before)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    said = in_words(connection, [row["sentence"] for row in rows])
    return [row | {"sentence": sentence} for row, sentence in zip(rows, said, strict=True)]
