"""The place where the matrix is walked: the sample, one more prefecture, and everybody of the
second table of `matrix.txt`, each with a way in.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from api.context import Duban
from tests.proof.story import SPECIALIST, Story
from tests.rights.expected import PEOPLE
from workflow.store.offices import administrators
from workflow.store.people import standing
from workflow.store.people.tokens import Scope, make_token
from workflow.store.tables.handles import CASE, HOLDING, PERSON, POST, UNIT, USE
from workflow.uploads import NewFile, upload

DEFINITIONS = Path(__file__).parent / "definitions"

_OF_THE_CAST = {
    "leader": "xingyi.head",
    "officer": "xingyi.officer",
    "liaison": "xingyi.liaison",
    "reader": "xingyi.liaison",
    "writer": "xingyi.liaison",
    "above": "zhou.head",
    "supervisor": "zhou-dc.head",
    "specialist": "zhou-dc.specialist1",
    "reviewer": "zhou-zx.head",
    "inspector": "zhou-zx.inspector1",
    "department": "xingyi-dc.head",
    "town": "jingnan.liaison",
    "sibling": "wangmo.head",
}
_NEW = tuple(name for name in PEOPLE if name not in {*_OF_THE_CAST, "visitor"})
_POSTS = (
    ("both", "522326"),
    ("both", "522301100"),
    ("stranger", "529901"),
    ("ended", "522301"),
    ("disabled", "522301"),
    ("elsewhere", "529900-DC"),
)
_ELSEWHERE = {
    # id: (code, level, kind, function, parent)
    9001: ("529900", "prefecture", "government", "government", None),
    9002: ("529900-DC", "prefecture", "department", "supervision", 9001),
    9003: ("529900-ZX", "prefecture", "department", "lead", 9001),
    9004: ("529901", "county", "government", "government", 9001),
}


def furnish(duban: Duban) -> tuple[dict[str, int], dict[str, int]]:
    """Everybody's person id, and the cases by their column; `absent` is an id that is none."""
    now = duban.clock()
    duban.catalog.publish(DEFINITIONS, now)
    with duban.database.unit_of_work() as connection:
        _build_elsewhere(connection)
        _bring_in(connection, duban)
    story = Story(duban.database, duban.catalog, now)
    people = {
        name: story.people[_OF_THE_CAST.get(name, name)] for name in PEOPLE if name != "visitor"
    }
    cases = _cases(story)
    with duban.database.unit_of_work() as connection:
        ended = update(HOLDING).where(HOLDING.c.person_id == people["ended"])
        connection.execute(ended.values(ends_at=now))
        standing.disable(connection, people["disabled"], by=people["security"], now=now)
    return people, cases


def _build_elsewhere(connection: Connection) -> None:
    paths: dict[int | None, str] = {None: "/"}
    for id_, (code, level, kind, function, parent) in _ELSEWHERE.items():
        paths[id_] = f"{paths[parent]}{id_}/"
        row = {"level": level, "kind": kind, "function": function, "path": paths[id_]}
        names = {"id": id_, "code": code, "name": code, "short_name": code, "parent_id": parent}
        connection.execute(insert(UNIT).values({**names, **row, "reports": False}))


def _bring_in(connection: Connection, duban: Duban) -> None:
    now = duban.clock()
    for name in (*_NEW, "elsewhere"):
        connection.execute(insert(PERSON).values(username=name, name=name))
    ids: dict[str, int] = dict(connection.execute(select(PERSON.c.username, PERSON.c.id)).all())
    units: dict[str, int] = dict(connection.execute(select(UNIT.c.code, UNIT.c.id)).all())

    def give(name: str, code: str, role: str) -> None:
        new = insert(POST).values(unit_id=units[code], role=role, title=role)
        post = connection.execute(new.returning(POST.c.id)).scalar_one()
        row = {"post_id": post, "kind": "holder", "begins_at": now - timedelta(days=9)}
        connection.execute(insert(HOLDING).values(person_id=ids[name], **row))

    def stand_in(name: str, until: timedelta) -> None:
        head = (POST.c.unit_id == units["522301"], POST.c.role == "head")
        post = connection.execute(select(POST.c.id).where(*head)).scalar_one()
        row = {"post_id": post, "kind": "substitute", "begins_at": now - timedelta(days=9)}
        connection.execute(insert(HOLDING).values(person_id=ids[name], ends_at=now + until, **row))

    for name, code in _POSTS:
        give(name, code, "specialist")
    stand_in("substitute", timedelta(hours=1))
    stand_in("stood_in", timedelta())
    administrators.begin_with(connection, ids["security"], now)
    for role in ("system", "audit"):
        administrators.appoint(connection, ids[role], role, by=ids["security"], now=now)


def _cases(story: Story) -> dict[str, int]:
    withdrawn = story.open()
    story.fire(withdrawn, "zhou-dc.head", "withdraw", reason="与另一件重复了")
    cases = {
        "own": story.open_at("rectifying"),
        "ended": withdrawn,
        "below": story.open(unit="522301100", by="xingyi-dc.specialist"),
        "sibling": story.open(unit="522326"),
        "elsewhere": story.open(unit="529901", by="elsewhere"),
        "secret": _inspect(story),
        "lifted": _inspect(story),
        "absent": 10**9,
    }
    story.fire(cases["lifted"], SPECIALIST, "set_out")
    story.fire(cases["lifted"], SPECIALIST, "finish", findings="两处水质不合格")
    return cases


def _inspect(story: Story) -> int:
    story.pass_time(minutes=5)
    return story.commands.open_case(
        workflow="inspection",
        parties={"inspected": story.units["522301"]},
        facts={"what": "饮水安全", "kind": "暗访"},
        actor=story.actor(SPECIALIST),
        request=story.request(),
        now=story.now,
    ).case


def token(duban: Duban, person: int, kind: str) -> str:
    """A token for reading or for writing."""
    reach = Scope.READ if kind == "reader" else Scope.WRITE
    with duban.database.unit_of_work() as connection:
        return make_token(connection, person, kind, reach, duban.clock(), timedelta(days=9))


def attach(duban: Duban, cases: Iterable[int]) -> None:
    """Have every case use one and the same file, the first of all."""
    new = NewFile("证明.pdf", "application/pdf", b"a paper")
    kept = upload(duban.database, duban.files, new, person=1, most=10**9, now=duban.clock())
    with duban.database.unit_of_work() as connection:
        known = connection.execute(select(CASE.c.id).where(CASE.c.id.in_(cases))).scalars()
        rows = [{"attachment_id": kept.id, "case_id": case} for case in known]
        connection.execute(insert(USE), rows)
