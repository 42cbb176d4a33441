"""Rules over rows: signatures, names, published definitions, the database's own verdict."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select, text

from workflow.doctor.ward import Complaint, Row, Ward, side_by_side
from workflow.engine.moves import moves_of
from workflow.store.evidence.archive import EVERY_ROW
from workflow.store.evidence.published import hash_of
from workflow.store.rules import trigger_names
from workflow.store.tables.handles import (
    CASE,
    DEFINITION,
    MOVE,
    PERSON,
    SIGN_OFF,
    STATE,
    TEMPLATE,
    TEXT,
    UNIT,
)


def check_sign_offs(ward: Ward) -> Iterator[Complaint]:
    """What a state needs signed is signed in this cycle, by different persons and units."""
    every = select(CASE, CASE.c.id.label("case_id")).order_by(CASE.c.id)
    live = select(SIGN_OFF).where(SIGN_OFF.c.live == 1).order_by(SIGN_OFF.c.case_id)
    for _, (cases, in_force) in side_by_side(ward.rows(every), ward.rows(live)):
        ward.figures["sign-offs in force"] += len(in_force)
        for case in cases:
            signed = [one for one in in_force if one["cycle"] == case["cycle"]]
            yield from _wrongly_signed(ward, case, signed)


def _wrongly_signed(ward: Ward, case: Row, signed: Sequence[Row]) -> Iterator[Complaint]:
    """What is wrong with the signatures of a case in its present cycle."""
    state = ward.catalog.version(case["definition_id"]).definition.states.get(case["state"])
    if state is None:
        yield Complaint("sign-offs", case["number"], f"没有“{case['state']}”这个环节")
        return
    sides = {one["side"] for one in signed}
    if case["stated"] and case["cycle"] == 1:  # taken over with sign-offs of before (补录)
        sides |= set(json.loads(case["body"])["stated"])
    if missing := set(state.needs_signed) - sides:
        yield Complaint("sign-offs", case["number"], f"缺少签字：{'、'.join(sorted(missing))}")
    people, units = {one["person_id"] for one in signed}, {one["unit_id"] for one in signed}
    if len(people) < len(signed) or len(units) < len(signed):
        yield Complaint("sign-offs", case["number"], "同一人或同一单位签了两次")


def check_names(ward: Ward) -> Iterator[Complaint]:
    """Whoever the history names exists."""
    people = {None, *ward.connection.execute(select(PERSON.c.id)).scalars()}
    units = {None, *ward.connection.execute(select(UNIT.c.id)).scalars()}
    query = select(
        EVERY_ROW.c.case_id,
        EVERY_ROW.c.seq,
        EVERY_ROW.c.person_id,
        EVERY_ROW.c.holder_id,
        EVERY_ROW.c.unit_id,
    )
    for row in ward.rows(query):
        if not ({row["person_id"], row["holder_id"]} <= people and row["unit_id"] in units):
            case, seq = str(row["case_id"]), row["seq"]
            yield Complaint("names", case, f"历史第 {seq} 行所记的人或单位不存在")


def check_integrity(ward: Ward) -> Iterator[Complaint]:
    """The database's own verdict on its files and foreign keys (SQLite; PostgreSQL checks as it
    goes).
    """
    if ward.connection.dialect.name != "sqlite":
        return
    verdict = ward.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    if verdict != "ok":
        yield Complaint("integrity", "-", f"数据库文件损坏：{verdict}")
    for row in ward.connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        yield Complaint("integrity", "-", f"外键不符：{row[0]}")


def check_definitions(ward: Ward) -> Iterator[Complaint]:
    """A published version is what was published, and the moves it allows are those of its text."""
    moves = _by_version(ward, MOVE, "event", "from_state", "to_state")
    states = _by_version(ward, STATE, "state", "signatures")
    for row in ward.connection.execute(select(DEFINITION)).mappings():
        ward.figures["definition versions"] += 1
        name = f"{row['workflow']} v{row['version']}"
        if hash_of(row["body"].encode()) != row["sha256"]:
            yield Complaint("definitions", name, "定义的正文被改动过")
            continue
        definition = ward.catalog.version(row["id"]).definition
        if moves[row["id"]] != set(moves_of(definition)):
            yield Complaint("definitions", name, "允许的步骤与定义不符")
        signatures = {state: len(one.needs_signed) for state, one in definition.states.items()}
        as_stored = (row["workflow"], states[row["id"]])
        if as_stored != (definition.workflow, set(signatures.items())):
            yield Complaint("definitions", name, "各环节所需签字与定义不符")


def check_texts(ward: Ward) -> Iterator[Complaint]:
    """A published template, list of indicators or scorecard is what was published."""
    for table, name in ((TEMPLATE, TEMPLATE.c.name), (TEXT, TEXT.c.key)):
        query = select(name.label("name"), table.c.version, table.c.sha256, table.c.body)
        for row in ward.connection.execute(query.order_by(table.c.id)):
            ward.figures["published texts"] += 1
            if hash_of(row.body.encode()) != row.sha256:
                yield Complaint("texts", f"{row.name} v{row.version}", "发布的正文被改动过")


def _by_version(ward: Ward, table: Table, *columns: str) -> Mapping[int, set[tuple[Any, ...]]]:
    """What stands in a table of each version of a definition."""
    query = select(table.c.definition_id, *(table.c[name] for name in columns))
    found: defaultdict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for version, *values in ward.connection.execute(query):
        found[version].add(tuple(values))
    return found


def check_triggers(ward: Ward) -> Iterator[Complaint]:
    """The rules the database keeps by itself are all in force."""
    for name in missing_triggers(ward.connection):
        yield Complaint("integrity", "-", f"数据库规则 {name} 已被去掉")


def missing_triggers(connection: Connection) -> list[str]:
    """The names of rules that the database should keep and does not."""
    dialect = connection.dialect.name
    catalog = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal",
    }[dialect]
    there = set(connection.execute(text(catalog)).scalars())
    return sorted(trigger_names(dialect) - there)
