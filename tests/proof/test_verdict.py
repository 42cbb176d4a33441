"""The verdict of a siege can say each of its sentences: what cannot fail proves nothing. Two
requests on a case, their mails and a checkpoint, and books of them that are true until one errs.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from notifications.channels.mail import message_id
from tests.proof.sink import Sink
from tests.proof.story import Story
from tests.soak.clients import Book
from tests.soak.grounds import Found, Grounds
from tests.soak.kills import too_little
from tests.soak.processes import Toll
from tests.soak.sink import CountingSink
from tests.soak.telling import Telling
from tests.soak.verdict import changed_since, misdelivered, wrong_at_any_time
from workflow.store.database import Database
from workflow.store.evidence import checkpoints
from workflow.store.tables.handles import CASE, OUTBOX

pytestmark = pytest.mark.crash


@dataclass
class Scene:
    """What a siege leaves: a database, the clients' book, the mail server's and checkpoints."""

    story: Story
    safe: Path
    book: Book = field(default_factory=Book)
    sink: CountingSink = field(default_factory=CountingSink)

    def receive(self, key: str) -> None:
        """The mail server gets a mail."""
        self.sink.keep("", "", f"Message-ID: {message_id(key, 'example.gov.cn')}\r\n".encode())

    def dispatch(self) -> None:
        """Two requests that are acknowledged: a case is opened and handed on."""
        story = self.story
        case = story.open()
        with story.database.reading() as connection:
            query = select(CASE.c.id, CASE.c.state, CASE.c.seq).where(CASE.c.id == case)
            opened = connection.execute(query).one()
        self.book.acknowledged[f"r-{story.serial}"] = (opened.id, opened.state, opened.seq)
        handed = story.fire(case, "zhou-dc.specialist1", "dispatch")
        self.book.acknowledged[f"r-{story.serial}"] = (handed.case, handed.state, handed.seq)

    def mail(self, status: str) -> str:
        """The key of a mail that stands so."""
        query = select(OUTBOX.c.key).where(OUTBOX.c.way == "email", OUTBOX.c.status == status)
        with self.story.database.reading() as connection:
            return str(connection.execute(query.limit(1)).scalar_one())

    def export(self) -> Path:
        """A worker exports a checkpoint; its file."""
        self.safe.mkdir(exist_ok=True)
        with self.story.database.unit_of_work() as connection:
            made = checkpoints.export(connection, self.story.now)
        file = self.safe / f"checkpoint-{made.number:06}.json"
        file.write_text(f"{made.text}\n", encoding="utf-8")
        return file

    def says(self, sentence: str, may_double: int = 0) -> bool:
        """Whether the verdict has such a sentence."""
        return any(sentence in said for said in self.verdict(may_double))

    def verdict(self, may_double: int = 0) -> Iterator[str]:
        """All but what doctor says, who has tests of his own."""
        yield from wrong_at_any_time(self.story, self.book, self.sink)
        yield from misdelivered(self.story, self.sink, may_double)
        yield from changed_since(self.story, self.safe)


@pytest.fixture
def scene(
    sqlite_database: Database, story_on: Callable[[Database], Story], tmp_path: Path
) -> Scene:
    """Everything has gone well: mails have been received, a checkpoint was exported."""
    scene = Scene(story_on(sqlite_database), tmp_path / "safe")
    scene.dispatch()
    scene.story.deliver_by({"email": Sink(scene.receive), "sms": Sink(lambda key: None)})
    scene.export()
    return scene


def test_where_all_went_well_nothing_is_said(scene: Scene) -> None:
    assert scene.sink.copies
    assert [*scene.verdict()] == []


def test_what_was_acknowledged_and_is_not_there_is_told(scene: Scene) -> None:
    (case, state, seq), *_ = scene.book.acknowledged.values()
    scene.book.acknowledged["r-1"] = (case, state, seq + 90)
    assert scene.says("r-1 was acknowledged")
    assert scene.says("r-1 is kept with another answer")


def test_a_request_that_was_applied_twice_is_told(scene: Scene) -> None:
    scene.book.acknowledged.popitem()
    assert scene.says("1 requests were acknowledged, 2 applied")


def test_a_case_that_nobody_asked_for_is_told(scene: Scene) -> None:
    scene.book.acknowledged.clear()
    assert scene.says("was opened by nobody's request")


def test_a_mail_that_stands_as_sent_and_never_came_is_told(scene: Scene) -> None:
    scene.sink.copies.clear()
    assert scene.says(f"message {scene.mail('sent')} stands as sent and never came")


def test_a_mail_that_came_and_stands_as_waiting_is_told(scene: Scene) -> None:
    scene.dispatch()
    key = scene.mail("waiting")
    scene.receive(key)
    assert scene.says(f"message {key} came and stands as waiting")
    assert scene.says(f"message {key} came 1 times after 0 tries")


def test_more_copies_than_the_kills_explain_are_told(scene: Scene) -> None:
    key = scene.mail("sent")
    scene.receive(key)
    assert scene.says("1 copies too many, where the kills explain 0")
    assert not scene.says("copies too many", may_double=1)
    assert scene.says(f"message {key} came 2 times after 1 tries", may_double=1)


def test_a_mail_that_nobody_owed_is_told(scene: Scene) -> None:
    scene.receive("nobody's")
    assert scene.says("a message came that nobody owed")


def test_a_mail_given_up_though_its_server_takes_everything_is_told(scene: Scene) -> None:
    scene.dispatch()
    key = scene.mail("waiting")
    dead = {"status": "dead", "outcome": "failed", "lost": 1, "wake_at": None, "attempts": 8}
    with scene.story.database.unit_of_work() as connection:
        connection.execute(update(OUTBOX).where(OUTBOX.c.key == key).values(dead))
    assert scene.says(f"message {key} was given up: failed")


def test_a_checkpoint_that_does_not_fit_or_is_missing_is_told(scene: Scene) -> None:
    scene.dispatch()
    first, second = scene.safe / "checkpoint-000001.json", scene.export()
    whole = first.read_text(encoding="utf-8")
    first.unlink()
    assert scene.says("缺少它之前的校验点")
    forged = json.loads(whole)
    forged["new"]["history"] = {}
    first.write_text(json.dumps(forged), encoding="utf-8")
    assert scene.says("not as a checkpoint says")
    for file in (first, second):
        file.unlink()
    assert scene.says("no checkpoint was exported")


def test_a_siege_in_which_little_happened_says_nothing() -> None:
    siege: Any = SimpleNamespace(toll=Toll(), book=Book(), sink=CountingSink())
    assert len(too_little(siege, 5)) == 3
    siege.toll.kills["worker"], siege.sink.copies["mail"] = 5, 1
    siege.book.note("r-1", [(1, "draft", 1)], 0.1)
    assert too_little(siege, 5) == []


def test_what_was_never_tried_is_wrong() -> None:
    found = Found()
    found.count("seeds lived", 3)
    assert found.wrong == []
    found.count("crash points", 0)
    assert found.wrong == ["crash points: there was no time for any: give it more seconds"]


def test_each_kind_of_database_has_its_share_of_the_time() -> None:
    grounds = Grounds(cast(Any, None), 1, 100.0, None)
    assert 49 < grounds.left_after(0) <= 50
    assert grounds.left_after(1) == 0


def test_a_long_run_says_what_it_is_at_and_how_long_still(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telling = Telling("siege of SQLite", every=0.0)
    telling.begin("5 kills", 60)
    telling.tell("2 killed")
    telling.begin("the verdict")
    told = Telling("another")
    told.begin("40 kills", 30)
    told.tell("which was said a moment ago")
    assert capsys.readouterr().out.splitlines() == [
        "soak: siege of SQLite: 5 kills, 60 s left",
        "soak: siege of SQLite: 5 kills: 2 killed, 60 s left",
        "soak: siege of SQLite: the verdict",
        "soak: another: 40 kills, 30 s left",
    ]
