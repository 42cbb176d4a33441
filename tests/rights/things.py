"""What is really there in the town: documents, files, messages, jobs and the like, for the walk to
name in its addresses. Each is called by a word of `things.txt`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from api.auth import Someone
from api.context import Duban
from api.jobs.exporting import LEDGER
from api.papers.issuing import issue
from notifications.channels.channel import Envelope
from notifications.channels.mailbox import LocalMailbox
from tests.api.files import PDF
from tests.proof.story import SPECIALIST, Story
from workflow.organising import Organising
from workflow.store import jobs, suggestions
from workflow.store.casework import backfills
from workflow.store.evidence import checkpoints
from workflow.store.lists import views
from workflow.store.offices.changes import Asked
from workflow.store.tables.handles import HOLDING, MAILBOX, OUTBOX, SUGGESTION, USE, VIEW
from workflow.uploads import NewFile, upload

LIAISON = "xingyi.liaison"


@dataclass(frozen=True)
class Named:
    """How a thing is named in an address, and what the form that names it says besides."""

    where: Mapping[str, int | str]
    form: Mapping[str, int | str] = field(default_factory=dict)


Things = dict[str, Named]


def put(duban: Duban, people: Mapping[str, int], cases: Mapping[str, int]) -> Things:
    """Put everything there; by its name."""
    story = Story(duban.database, duban.catalog, duban.clock() + timedelta(days=1), "things")
    here = replace(duban, clock=lambda: story.now)
    things = _papers(story, here, cases) | _files(here, people, cases)
    things |= _messages(story, here, people, cases)
    things |= {
        "secret": _of(cases["secret"]),
        "secret.inspected": _of(cases["secret"], person=people["liaison"]),
        "own.stranger": _of(cases["own"], person=people["stranger"]),
        "bulletin.tally": _of(_bulletin(story), name="overdue"),
        "secret.notice": Named({"notice": cases["secret"]}),
        "public.notice": Named({"notice": story.open_at("publicity")}),
    }
    with duban.database.unit_of_work() as connection:
        things |= _of_people(connection, story, here, people)
    return things | _changes(story, people)


def _of(case: int, **more: int | str) -> Named:
    return Named({"case_id": case, **more})


def _bulletin(story: Story) -> int:
    """The prefecture's, being drafted."""
    host = {"host": story.units["522300"]}
    return story.open_any("bulletin", host, request=story.request(), subject="三月工作情况")


def _papers(story: Story, here: Duban, cases: Mapping[str, int]) -> Things:
    """A letter of each of three cases, and one more that could be issued."""
    story.fire(cases["elsewhere"], "elsewhere", "dispatch")
    things: Things = {}
    for case, who, name in (
        ("secret", SPECIALIST, "letter"),
        ("lifted", SPECIALIST, "letter"),
        ("elsewhere", "elsewhere", "dispatch_notice"),
    ):
        story.pass_time(minutes=5)
        someone = Someone(story.actor(who), story.people[who], who, None)
        seq = issue(here, someone, cases[case], name, story.request())
        things[f"{case}.letter"] = _of(cases[case], seq=seq)
        things[f"{case}.draft"] = _of(cases[case], name=name)
    return things


def _files(here: Duban, people: Mapping[str, int], cases: Mapping[str, int]) -> Things:
    """A file that one case uses and no other."""
    things: Things = {}
    for case in ("secret", "elsewhere"):
        new = NewFile(f"{case}.pdf", "application/pdf", PDF + case.encode())
        kept = upload(here.database, here.files, new, person=1, most=10**9, now=here.clock())
        with here.database.unit_of_work() as connection:
            row = {"attachment_id": kept.id, "case_id": cases[case]}
            connection.execute(insert(USE).values(row))
        things[f"{case}.file"] = _of(cases[case], attachment_id=kept.id)
        things[f"own.file_of_{case}"] = _of(cases["own"], attachment_id=kept.id)
    return things


def _messages(
    story: Story, here: Duban, people: Mapping[str, int], cases: Mapping[str, int]
) -> Things:
    """A digest of one person, a mail about the inspection, and one that could not be delivered."""
    boxes = {way: LocalMailbox(here.database, way, here.clock) for way in ("email", "sms")}
    about = (OUTBOX.c.case_id == cases["secret"], OUTBOX.c.person_id != people["specialist"])
    with here.database.unit_of_work() as connection:
        id_, key = connection.execute(select(OUTBOX.c.id, OUTBOX.c.key).where(*about)).one()
        lost = update(OUTBOX).where(OUTBOX.c.id == id_)
        connection.execute(lost.values(status="dead", wake_at=None))
    story.deliver_by(boxes)
    told = Envelope(key, "a@example.cn", "task", {}, "督查", "饮水安全", "<p>饮水安全</p>")
    with boxes["email"].connect() as sender:
        sender.send(told)
    with here.database.reading() as connection:
        rows = connection.execute(select(MAILBOX.c.key, MAILBOX.c.id)).all()
    digest = next(id_ for key, id_ in rows if key.startswith(f"digest:{people['specialist']}:"))
    mail = next(id_ for known, id_ in rows if known == key)
    return {
        "digest.mail": Named({"message": digest}),
        "secret.mail": Named({"message": mail}),
        "secret.message": Named({"message": id_}),
    }


def _of_people(
    connection: Connection, story: Story, here: Duban, people: Mapping[str, int]
) -> Things:
    """What one person made: a job with its file, a view, a ledger taken over; and a suggestion."""
    now, actor = story.now, story.actor(LIAISON)
    ledger = {"workflow": "rectification", "ledger": "problem"}
    job = jobs.ask(connection, actor, LEDGER, "导出", ledger, now)
    assert jobs.take_up(connection, now)
    sheet = here.files.put(b"a sheet", now)
    jobs.finish(connection, job, "已导出 3 件", now, file=sheet, file_name="台账.xlsx")
    views.save_view(connection, people["liaison"], "逾期", "/ledgers/rectification/problem", now)
    suggestions.put_in(connection, "suggestion", "同一份材料不要报两次", now, person=None)
    taken = backfills.begin(
        connection,
        workflow="rectification",
        file="台账.xlsx",
        sha256="9" * 64,
        lines=0,
        person=people["stranger"],
        unit=story.units["529901"],
        now=now,
    )
    why = {"workflow": "rectification", "reason": "选错了文件"}
    checkpoint = checkpoints.export(connection, now)
    return {
        "liaison.job": Named({"job": job}),
        "liaison.view": Named({"view": _last(connection, VIEW.c.id)}),
        "stranger.backfill": Named({"backfill": taken}, why),
        "box.suggestion": Named(
            {"suggestion": _last(connection, SUGGESTION.c.id)}, {"answer": "收到"}
        ),
        "log.checkpoint": Named({"number": checkpoint.number}),
    }


def _changes(story: Story, people: Mapping[str, int]) -> Things:
    """A substitution of somebody's that has yet to begin, and a change of an administrator's."""
    organising, now = Organising(story.database), story.now
    organising.delegate(
        Asked("delegated", story.now, people["liaison"]),
        person=people["officer"],
        post=None,
        begins=now + timedelta(days=20),
        ends=now + timedelta(days=25),
        reason="出差",
    )
    asked = Asked("enrolled", story.now, people["system"])
    change = organising.enrol(asked, username="xin", name="新人")
    with story.database.reading() as connection:
        holding = _last(connection, HOLDING.c.id)
    return {
        "liaison.substitution": Named({}, {"holding": holding}),
        "list.change": Named({"change": change.id}),
    }


def _last(connection: Connection, column: Any) -> int:
    return int(connection.execute(select(column).order_by(column.desc()).limit(1)).scalar_one())
