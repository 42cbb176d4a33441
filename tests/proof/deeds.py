"""What an intruder does who has the whole database, chains and all: each deed returns the row that
must be named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.proof.intruder import Intruder
from workflow.store.evidence import audit
from workflow.store.evidence.chain import START
from workflow.store.evidence.history import hash_of
from workflow.store.tables.handles import AUDIT


@dataclass(frozen=True)
class Bad:
    """The first bad row, as it must be named."""

    where: str
    row: int

    def is_named_first_by(self, findings: list[Any]) -> bool:
        """Whether the first finding is this row."""
        return bool(findings) and (findings[0].where, findings[0].row) == (self.where, self.row)


# What an intruder does; each returns the row that must be named


def of_history(
    intruder: Intruder, query: str = "SELECT case_id, seq FROM history"
) -> tuple[dict[str, Any], Bad]:
    """A row of history that a checkpoint knows, with how the program will call it."""
    place = intruder.any_of(
        f"SELECT * FROM ({query}) found WHERE case_id IN (SELECT case_id FROM checkpoint_case)"
    )
    case, seq = place["case_id"], place["seq"]
    number = intruder.any_of("SELECT number FROM cases WHERE id = :id", id=case)["number"]
    return intruder.history(case)[seq - 1], Bad(f"事项 {case}（{number}）历史", seq)


def edit(intruder: Intruder) -> Bad:
    """Another fact, another person, another unit, another moment."""
    row, bad = of_history(intruder)
    changes: list[dict[str, Any]] = [
        {"inputs": '{"facts":{}}'},
        {"person_id": 4711},
        {"unit_id": 4711},
        {"at": row["at"] - timedelta(days=1)},
        {"hash": "f" * 64},
        {"alg": "sha512"},
    ]
    intruder.put(row | intruder.chance.choice(changes))
    return bad


def edit_and_hash(intruder: Intruder) -> Bad:
    """One row is changed with its hash, the rest left alone."""
    row, bad = of_history(intruder)
    row = row | {"effects": '{"x":1}'}
    intruder.put(row | {"hash": hash_of(row)})
    return bad


def delete(intruder: Intruder) -> Bad:
    """A row is gone."""
    row, bad = of_history(intruder)
    where = "case_id = :case_id AND seq = :seq"
    intruder.run(f"DELETE FROM history WHERE {where}", case_id=row["case_id"], seq=row["seq"])
    return bad


def cut_the_tail(intruder: Intruder) -> Bad:
    """The last rows are gone, and the case ends before them."""
    row, bad = of_history(intruder, "SELECT case_id, seq FROM history WHERE seq > 1")
    case, last = row["case_id"], row["seq"] - 1
    intruder.run("DELETE FROM history WHERE case_id = :c AND seq > :s", c=case, s=last)
    intruder.run(
        "UPDATE cases SET seq = :s, entry = 1, head = :h WHERE id = :c",
        c=case,
        s=last,
        h=row["prev"],
    )
    return bad


def rebuild(intruder: Intruder) -> Bad:
    """A row is changed, and the chain from there on is made anew, head and all."""
    row, bad = of_history(intruder)
    intruder.put(row | {"at": row["at"] - timedelta(minutes=1)})
    intruder.rehash(row["case_id"])
    return bad


def rebuild_shorter(intruder: Intruder) -> Bad:
    """A row is taken out, and those after it move up."""
    row, bad = of_history(
        intruder,
        "SELECT h.case_id, h.seq FROM history h JOIN cases c ON c.id = h.case_id"
        " WHERE h.seq < c.seq",
    )
    case, rows = row["case_id"], intruder.history(row["case_id"])
    for moved in rows[row["seq"] :]:
        intruder.put(moved | {"seq": moved["seq"] - 1})
    intruder.run("DELETE FROM history WHERE case_id = :c AND seq = :s", c=case, s=len(rows))
    intruder.run("UPDATE cases SET entry = 1, seq = seq - 1 WHERE id = :c", c=case)
    intruder.rehash(case)
    return bad


_OF_A_CASE = (
    *("history", "archived_history", "sign_off", "timer", "archived_timer"),
    *("scope", "outbox", "checkpoint_case"),
)


def lose_a_case(intruder: Intruder) -> Bad:
    """A case is gone with everything that belonged to it."""
    case = intruder.any_of("SELECT case_id FROM checkpoint_case")["case_id"]
    for table in _OF_A_CASE:
        intruder.run(f"DELETE FROM {table} WHERE case_id = :id", id=case)
    intruder.run("DELETE FROM cases WHERE id = :id", id=case)
    return Bad(f"事项 {case}（已不存在）历史", 1)


def of_the_log(intruder: Intruder) -> tuple[list[dict[str, Any]], Bad]:
    """A row of the log that a checkpoint knows, with the strand around it."""
    place = intruder.any_of(
        "SELECT strand, seq FROM audit"
        " WHERE seq < (SELECT max(seq) FROM audit WHERE kind = 'checkpoint')"
    )
    query = AUDIT.select().where(AUDIT.c.strand == place["strand"]).order_by(AUDIT.c.seq)
    rows = [dict(row) for row in intruder.connection.execute(query).mappings()]
    return rows, Bad(f"日志第 {place['strand']} 股", place["seq"])


def write_anew(intruder: Intruder, strand: int, rows: list[dict[str, Any]]) -> None:
    """Have these rows be the strand, chained and headed as if they had always been."""
    intruder.run("DELETE FROM audit WHERE strand = :s", s=strand)
    prev = START
    for seq, row in enumerate(rows, start=1):
        row |= {"seq": seq, "prev": prev}
        prev = row["hash"] = audit.hash_of(row)
        intruder.connection.execute(AUDIT.insert().values(row))
    intruder.run(
        "UPDATE audit_head SET seq = :n, hash = :h WHERE strand = :s", n=len(rows), h=prev, s=strand
    )


def edit_the_log(intruder: Intruder) -> Bad:
    """A success becomes a refusal or the other way round, somebody else did it, or another act."""
    rows, bad = of_the_log(intruder)
    change = intruder.chance.choice(
        [
            "person_id = 4711",
            "outcome = CASE outcome WHEN 'done' THEN 'refused' ELSE 'done' END",
            "kind = CASE kind WHEN 'token' THEN 'export' ELSE 'token' END",
        ]
    )
    where = "strand = :strand AND seq = :seq"
    intruder.run(f"UPDATE audit SET {change} WHERE {where}", strand=rows[0]["strand"], seq=bad.row)
    return bad


def delete_from_the_log(intruder: Intruder) -> Bad:
    """A row of the log is gone."""
    rows, bad = of_the_log(intruder)
    where = "strand = :strand AND seq = :seq"
    intruder.run(f"DELETE FROM audit WHERE {where}", strand=rows[0]["strand"], seq=bad.row)
    return bad


def cut_the_log(intruder: Intruder) -> Bad:
    """The log ends earlier, and its head says so."""
    rows, bad = of_the_log(intruder)
    write_anew(intruder, rows[0]["strand"], rows[: bad.row - 1])
    return bad


def take_out_of_the_log(intruder: Intruder) -> Bad:
    """A row is taken out, and the chain from there on is made anew."""
    rows, bad = of_the_log(intruder)
    write_anew(intruder, rows[0]["strand"], rows[: bad.row - 1] + rows[bad.row :])
    return bad


def forge_into_the_log(intruder: Intruder) -> Bad:
    """An act that never was is put between two others."""
    rows, bad = of_the_log(intruder)
    forged = rows[bad.row - 1] | {"kind": "export", "person_id": 3}
    before, since = rows[: bad.row - 1], rows[bad.row - 1 :]
    write_anew(intruder, rows[0]["strand"], [*before, forged, *since])
    return bad


def hand_a_post(intruder: Intruder) -> Bad:
    """Somebody else holds a post, and nobody entered it."""
    holding = intruder.any_of("SELECT id FROM holding")["id"]
    intruder.run("UPDATE holding SET person_id = person_id + 1 WHERE id = :id", id=holding)
    return Bad("任职", holding)


def make_a_holder(intruder: Intruder) -> Bad:
    """Somebody holds a post whom nobody gave it."""
    top = intruder.any_of("SELECT max(id) AS id FROM holding")["id"] + 5
    one = intruder.any_of("SELECT id FROM holding")["id"]
    intruder.run(
        "INSERT INTO holding (id, post_id, person_id, kind, begins_at)"
        " SELECT :top, post_id, 1, 'substitute', begins_at FROM holding WHERE id = :one",
        top=top,
        one=one,
    )
    return Bad("任职", top)


def lose_a_holder(intruder: Intruder) -> Bad:
    """A post has lost its holder."""
    holding = intruder.any_of("SELECT id FROM holding")["id"]
    intruder.run("DELETE FROM holding WHERE id = :id", id=holding)
    return Bad("任职", holding)


def raise_a_post(intruder: Intruder) -> Bad:
    """A post is made another."""
    post = intruder.any_of("SELECT id FROM post WHERE role <> 'head'")["id"]
    intruder.run("UPDATE post SET role = 'head' WHERE id = :id", id=post)
    return Bad("岗位", post)


def make_an_administrator(intruder: Intruder) -> Bad:
    """Somebody administers whom nobody appointed."""
    intruder.run(
        "INSERT INTO admin_role (id, person_id, role, begins_at, live)"
        " SELECT 99, person_id + 1, 'audit', begins_at, 1 FROM admin_role WHERE live = 1"
    )
    return Bad("管理员任命", 99)


def change_a_role(intruder: Intruder) -> Bad:
    """An administrator of security becomes one of the system."""
    id_ = intruder.any_of("SELECT id FROM admin_role")["id"]
    intruder.run("UPDATE admin_role SET role = 'system' WHERE id = :id", id=id_)
    return Bad("管理员任命", id_)


def change_the_rules(intruder: Intruder) -> Bad:
    """A published definition says something else, and its digest with it."""
    id_ = intruder.any_of("SELECT id FROM definition")["id"]
    intruder.run("UPDATE definition SET body = body || '#', sha256 = 'f' WHERE id = :id", id=id_)
    return Bad("工作流程定义", id_)


Deed = Callable[[Intruder], Bad]

DEEDS: tuple[Deed, ...] = (
    edit,
    edit_and_hash,
    delete,
    cut_the_tail,
    rebuild,
    rebuild_shorter,
    lose_a_case,
    edit_the_log,
    delete_from_the_log,
    cut_the_log,
    take_out_of_the_log,
    forge_into_the_log,
    hand_a_post,
    make_a_holder,
    lose_a_holder,
    raise_a_post,
    make_an_administrator,
    change_a_role,
    change_the_rules,
)
