"""Rows of documents: templates as published, numbers without gaps, what was issued, what came back
sealed.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, exists, select, text

from workflow.engine.case import Actor
from workflow.engine.errors import NotFound
from workflow.store.evidence import audit, published
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.evidence.audit import Act
from workflow.store.sight.scope import in_sight, units_of
from workflow.store.tables.handles import (
    ATTACHMENT,
    BLOB,
    DOCUMENT,
    HISTORY,
    SCOPE,
    SEALED,
    TEMPLATE,
    UNIT,
)

Row = dict[str, Any]
Key = tuple[int, int]
"""A case, and the row of its history that issued a document."""

_NEXT = text(
    "INSERT INTO document_counter (unit_id, series, year, serial) VALUES (:unit, :series, :year, 1)"
    " ON CONFLICT (unit_id, series, year)"
    " DO UPDATE SET serial = document_counter.serial + 1 RETURNING serial"
)


# Templates


def publish(
    connection: Connection, name: str, body: str, now: datetime, person: int | None
) -> bool:
    """Keep a template whose text is new as its next version; whether it was."""
    kept = published.keep(connection, TEMPLATE, {"name": name}, body, now)
    if kept is None:
        return False
    id_, told = kept
    told["template"] = told.pop("name")
    audit.record(connection, Act("definition", person, ("template", id_), data=told), now)
    return True


def newest_templates(connection: Connection) -> dict[str, int]:
    """The id of the newest version of every template."""
    return {row.name: row.id for row in connection.execute(_BY_VERSION)}


_BY_VERSION = select(TEMPLATE.c.name, TEMPLATE.c.id).order_by(TEMPLATE.c.version)


def template_text(connection: Connection, template: int) -> tuple[str, str]:
    """A published template: its name with the version, and its text."""
    query = select(TEMPLATE.c.name, TEMPLATE.c.version, TEMPLATE.c.body)
    row = connection.execute(query.where(TEMPLATE.c.id == template)).one()
    return f"{row.name} v{row.version}", row.body


# Numbers


@dataclass(frozen=True, slots=True)
class Number:
    """发文字号: whose series, which year, which one; `text` is how it is written."""

    unit: int
    series: str
    year: int
    serial: int
    text: str


def number_in_words(mark: str, series: str, year: int, serial: int | str) -> str:
    """GB/T 9704-2012, 7.2.5: the year in full in 〔〕, no leading zero, no 第."""
    return f"{mark}{series}〔{year}〕{serial}号"


def mark_of(connection: Connection, unit: int) -> str:
    """What a unit's numbers begin with (机关代字)."""
    name = connection.execute(select(UNIT.c.short_name).where(UNIT.c.id == unit)).scalar_one()
    return "".join(str(name).split())


def next_number(connection: Connection, unit: int, series: str, year: int) -> Number:
    """The next number of a unit's series, without gaps: a rollback gives it back."""
    given = {"unit": unit, "series": series, "year": year}
    serial = int(connection.execute(_NEXT, given).scalar_one())
    words = number_in_words(mark_of(connection, unit), series, year, serial)
    return Number(unit, series, year, serial, words)


# What was issued


def issued(connection: Connection, case_id: int) -> list[Row]:
    """The documents of a case, newest first, with their files and who issued them when."""
    query = (
        select(
            *(column for column in DOCUMENT.c if column.name != "body"),
            ATTACHMENT.c.name.label("file"),
            ATTACHMENT.c.sha256,
            EVERY_ROW.c.at,
            EVERY_ROW.c.person_id,
            EVERY_ROW.c.cycle,
        )
        .join(ATTACHMENT, ATTACHMENT.c.id == DOCUMENT.c.attachment_id)
        .join(
            EVERY_ROW,
            (EVERY_ROW.c.case_id == DOCUMENT.c.case_id) & (EVERY_ROW.c.seq == DOCUMENT.c.seq),
        )
        .where(DOCUMENT.c.case_id == case_id, EVERY_ROW.c.case_id == case_id)
        .order_by(DOCUMENT.c.seq.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def one_issued(connection: Connection, case_id: int, seq: int) -> Row:
    """A document of a case by the row that issued it; raises NotFound. Whether the case is in scope
    is asked before.
    """
    found = next((row for row in issued(connection, case_id) if row["seq"] == seq), None)
    if found is None:
        raise NotFound("没有这份公文，或不在你的范围内", {"document": seq})
    return found


def sealed_of(connection: Connection, case_id: int) -> dict[int, Row]:
    """Of the documents of a case those that came back sealed, by the rows that issued them: the
    newest file of each, and who brought it when.
    """
    query = (
        select(
            *SEALED.c,
            ATTACHMENT.c.name.label("file"),
            ATTACHMENT.c.sha256,
            BLOB.c.mime,
            EVERY_ROW.c.at,
            EVERY_ROW.c.person_id,
        )
        .join(ATTACHMENT, ATTACHMENT.c.id == SEALED.c.attachment_id)
        .join(BLOB, BLOB.c.sha256 == ATTACHMENT.c.sha256)
        .join(
            EVERY_ROW,
            (EVERY_ROW.c.case_id == SEALED.c.case_id) & (EVERY_ROW.c.seq == SEALED.c.seq),
        )
        .where(SEALED.c.case_id == case_id, EVERY_ROW.c.case_id == case_id)
        .order_by(SEALED.c.seq)
    )
    return {row["of_seq"]: dict(row) for row in connection.execute(query).mappings()}


def void_of(connection: Connection, cases: Collection[int]) -> dict[Key, str]:
    """Of the documents of these cases those that are void, by case and row, each with the reason:
    as the histories tell it, there is no other record.
    """
    told = select(EVERY_ROW.c.case_id, EVERY_ROW.c.inputs).where(
        EVERY_ROW.c.event == "void_document", EVERY_ROW.c.case_id.in_(cases)
    )
    rows = ((row.case_id, json.loads(row.inputs)["voided"]) for row in connection.execute(told))
    return {(case_id, voided["seq"]): voided["reason"] for case_id, voided in rows}


def void_in(history: Iterable[Row]) -> dict[int, str]:
    """The same of one case, by the row alone, out of its history as it was read."""
    told = (row["inputs"]["voided"] for row in history if row["event"] == "void_document")
    return {voided["seq"]: voided["reason"] for voided in told}


def register(connection: Connection, reader: Actor, year: int, most: int) -> tuple[list[Row], bool]:
    """The numbers of a year that the reader's units gave or that stand on cases they see, the
    latest of each series first, each with `void`, the reason if it is; and whether there are more
    than `most`.

    A document of one's own unit on a case that one does not see has a number, and no title.
    """
    mine = DOCUMENT.c.unit_id.in_(units_of(reader))
    seen = exists().where(SCOPE.c.case_id == DOCUMENT.c.case_id, in_sight(reader))
    # a row with which a document was issued never goes into the archive
    row_of = (HISTORY.c.case_id == DOCUMENT.c.case_id) & (HISTORY.c.seq == DOCUMENT.c.seq)
    names = ("case_id", "seq", "number", "series", "serial", "unit_id")
    query = (
        select(
            *(DOCUMENT.c[name] for name in names),
            case((seen, DOCUMENT.c.title)).label("title"),
            HISTORY.c.at,
            UNIT.c.short_name.label("unit"),
        )
        .join(UNIT, UNIT.c.id == DOCUMENT.c.unit_id)
        .join(HISTORY, row_of)
        .where(DOCUMENT.c.year == year, mine | seen)
        .order_by(UNIT.c.path, DOCUMENT.c.series, DOCUMENT.c.serial.desc())
        .limit(most + 1)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    void = void_of(connection, {row["case_id"] for row in rows})
    for row in rows:
        row["void"] = void.get((row["case_id"], row["seq"]))
    return rows[:most], len(rows) > most


def body_of(connection: Connection, case_id: int, seq: int) -> tuple[str, str] | None:
    """The title of a document and what it says, as it was kept; None where there is none."""
    query = select(DOCUMENT.c.title, DOCUMENT.c.body)
    row = connection.execute(
        query.where(DOCUMENT.c.case_id == case_id, DOCUMENT.c.seq == seq)
    ).first()
    return None if row is None else (row.title, row.body)


def all_issued(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """Every document with the history row that issued it, for whoever verifies."""
    query = select(DOCUMENT, EVERY_ROW.c.inputs, EVERY_ROW.c.event).join(
        EVERY_ROW, (EVERY_ROW.c.case_id == DOCUMENT.c.case_id) & (EVERY_ROW.c.seq == DOCUMENT.c.seq)
    )
    for row in connection.execute(query).mappings():
        yield dict(row)


def all_sealed(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """Every sealed document with the history row that brought it, for whoever verifies."""
    query = (
        select(SEALED, EVERY_ROW.c.inputs, DOCUMENT.c.name, DOCUMENT.c.number)
        .join(
            EVERY_ROW,
            (EVERY_ROW.c.case_id == SEALED.c.case_id) & (EVERY_ROW.c.seq == SEALED.c.seq),
        )
        .join(
            DOCUMENT,
            (DOCUMENT.c.case_id == SEALED.c.case_id) & (DOCUMENT.c.seq == SEALED.c.of_seq),
        )
    )
    for row in connection.execute(query).mappings():
        yield dict(row)


def counters(connection: Connection) -> list[tuple[int, str, int, int, int]]:
    """Every series of a year: unit, series, year, the last number given, and how many documents
    bear one.
    """
    rows = connection.execute(
        text(
            "SELECT unit_id, series, year, serial, (SELECT count(*) FROM document WHERE"
            " document.unit_id = document_counter.unit_id"
            " AND document.series = document_counter.series"
            " AND document.year = document_counter.year) FROM document_counter"
        )
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
