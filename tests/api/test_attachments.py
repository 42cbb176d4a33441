"""Photos and documents: brought, used by a case, seen through it, kept whole, swept when unused."""

import hashlib
import io
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from api.clock import SimulatedClock
from api.context import Duban
from api.downloads import sent
from api.gatekeeping.refused import record_counted
from tests.api.callers import API, ON_SQLITE, Caller, everything, refused, walk
from tests.api.conftest import Rest
from tests.api.files import PDF, docx, photographed, picture
from tests.api.sheets import HEADER, ROW, xlsx
from workflow import uploads
from workflow.doctor import examine
from workflow.replay import replay
from workflow.store.casework import attachments
from workflow.store.casework.cases import history_of, read_case
from workflow.store.casework.files import Files
from workflow.store.outgoing import sending
from workflow.store.tables.handles import ATTACHMENT, AUDIT, BLOB, USE
from workflow.uploads import NewFile

LIAISON = "xingyi.liaison"


def bring(caller: Caller, name: str, content: bytes) -> Response:
    """Send a file."""
    files = {"file": (name, content)}
    return caller.client.post(f"{API}/attachments", files=files, headers=caller.headers)


def brought(caller: Caller, name: str, content: bytes) -> dict[str, Any]:
    """A file that was taken."""
    answer = bring(caller, name, content)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reported(rest: Rest, *ids: int, fact: str = "photos_after") -> Response:
    """Report progress on a new case with attachments."""
    case = walk(rest, "rectifying")
    return rest(LIAISON).fire(case, "report_progress", {"progress": "换了灯", fact: list(ids)})


def complaints(duban: Duban) -> list[str]:
    """What doctor has to say of a database and its folder."""
    report = examine(duban.database, duban.catalog, duban.clock(), duban.files)
    return [one.sentence for one in report.complaints]


def test_a_photo_is_used_by_a_case_and_its_hash_stands_in_the_history(
    rest: Rest, duban: Duban
) -> None:
    photo = brought(rest(LIAISON), "整改后.png", picture(kind="PNG"))
    assert photo["name"] == "整改后.jpg"
    done = reported(rest, photo["id"])
    assert done.status_code == 200, done.text
    case = done.json()["case"]
    reference = {key: photo[key] for key in ("id", "name", "sha256", "size")}
    assert rest(LIAISON).get(f"/cases/{case}").json()["facts"]["photos_after"] == [reference]

    for reader in (LIAISON, "zhou-dc.head"):
        fetched = rest(reader).get(f"/cases/{case}/files/{photo['id']}")
        assert hashlib.sha256(fetched.content).hexdigest() == photo["sha256"]
    with duban.database.reading() as connection:
        stored, _ = read_case(connection, case)
        history = history_of(connection, case)
        compiled = duban.catalog.version(stored.definition)
        assert photo["sha256"] in history[-1]["inputs"]
        assert replay(compiled, history, duban.catalog.calendars) == stored
    assert complaints(duban) == []


@ON_SQLITE
def test_a_picture_goes_out_to_be_looked_at_and_under_its_chinese_name(rest: Rest) -> None:
    photo = brought(rest(LIAISON), '整改"后\r\nX: y.jpg', picture())
    case = reported(rest, photo["id"]).json()["case"]
    headers = rest(LIAISON).get(f"/cases/{case}/files/{photo['id']}").headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"].startswith('inline; filename="file.jpg"; filename*=')
    assert "%E6%95%B4" in headers["content-disposition"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert "x" not in headers
    paper = sent(Path("plan.pdf"), "方案.pdf", "application/pdf").headers
    assert paper["content-disposition"].startswith("attachment; "), "anything else is to be saved"
    small = rest(LIAISON).get(f"/cases/{case}/files/{photo['id']}", preview=True)
    assert Image.open(io.BytesIO(small.content)).size == (64, 48)


@ON_SQLITE
def test_who_takes_a_file_away_and_who_brings_a_bad_one_stands_in_the_log(
    rest: Rest, duban: Duban
) -> None:
    photo = brought(rest(LIAISON), "灯.jpg", picture())
    case = reported(rest, photo["id"]).json()["case"]
    rest("zhou-dc.head").get(f"/cases/{case}/files/{photo['id']}", preview=True)
    rest("zhou-dc.head").get(f"/cases/{case}/files/{photo['id']}")
    for _ in range(20):
        refused(bring(rest(LIAISON), "程序.jpg", b"MZ" + bytes(99)), 422, "file_type")
    record_counted(duban, all_of_it=True)
    with duban.database.reading() as connection:
        rows = connection.execute(select(AUDIT).where(AUDIT.c.kind == "attachment")).all()
    told = [(row.outcome, json.loads(row.data).get("act"), row.subject_id) for row in rows]
    assert told == [
        ("done", "upload", photo["id"]),
        ("done", "download", photo["id"]),
        ("refused", "upload", None),
        ("refused", None, None),
    ], "of twenty refusals the first, and how many followed"
    assert json.loads(rows[-1].data)["times"] == 19


@ON_SQLITE
@pytest.mark.rights
def test_a_file_is_absent_outside_its_case(rest: Rest) -> None:
    photo = brought(rest(LIAISON), "灯.jpg", picture())
    case = reported(rest, photo["id"]).json()["case"]
    other = walk(rest, "assigned")
    for reader, path in (
        ("wangmo.head", f"/cases/{case}/files/{photo['id']}"),
        (LIAISON, f"/cases/{other}/files/{photo['id']}"),
        (LIAISON, f"/cases/{case}/files/{photo['id'] + 1}"),
        (LIAISON, f"/cases/{case}/files/{2**63}"),
    ):
        refused(rest(reader).get(path), 404, "not_found")
    unused = brought(rest(LIAISON), "未用.jpg", picture(colour="red"))
    refused(rest(LIAISON).get(f"/cases/{case}/files/{unused['id']}"), 404, "not_found")


@pytest.mark.rights
def test_nobody_uses_what_somebody_else_brought(rest: Rest, duban: Duban) -> None:
    theirs = brought(rest("wangmo.liaison"), "别人的.jpg", picture())
    case = walk(rest, "rectifying")
    before = everything(duban.database)
    for given in (
        [theirs["id"]],
        [{key: theirs[key] for key in ("id", "name", "sha256", "size")}],
        [10**6],
        ["1"],
        [True],
        [2**63],
        [{"id": 2**63, "name": "x", "sha256": "0" * 64, "size": 1}] * 1000,
        "1",
        {"id": theirs["id"]},
    ):
        facts = {"progress": "换了灯", "photos_after": given}
        sentence = refused(rest(LIAISON).fire(case, "report_progress", facts), 422, "invalid_input")
        assert sentence
    assert everything(duban.database) == before


@ON_SQLITE
def test_what_a_case_uses_may_be_used_again_there_by_colleagues(rest: Rest) -> None:
    photo = brought(rest(LIAISON), "灯.jpg", picture())
    case = reported(rest, photo["id"]).json()["case"]
    facts = {"progress": "又看了", "photos_after": [photo["id"]]}
    again = rest("xingyi.officer").fire(case, "report_progress", facts)
    assert again.status_code == 200, again.text


@ON_SQLITE
def test_a_document_is_no_photo_and_more_than_may_be_are_refused(rest: Rest) -> None:
    paper = brought(rest(LIAISON), "证明.pdf", PDF)
    assert "不是照片" in refused(reported(rest, paper["id"]), 422, "invalid_input")
    assert reported(rest, paper["id"], fact="evidence").status_code == 200
    many = [brought(rest(LIAISON), f"{n}.jpg", picture(size=(9, n + 1)))["id"] for n in range(10)]
    assert "至多 9 个" in refused(reported(rest, *many), 422, "invalid_input")


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("a.jpg", picture(), "image/jpeg"),
        ("a.png", picture(kind="PNG"), "image/jpeg"),
        ("a.webp", picture(kind="WEBP"), "image/jpeg"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.docx", docx(), "wordprocessingml"),
        ("a.xlsx", xlsx(HEADER, ROW), "spreadsheetml"),
        ("lies.exe", PDF, "application/pdf"),
    ],
)
def test_a_file_is_what_its_bytes_say(rest: Rest, name: str, content: bytes, mime: str) -> None:
    assert mime in brought(rest(LIAISON), name, content)["mime"]


@ON_SQLITE
def test_a_photo_forgets_where_and_by_whom_it_was_taken(rest: Rest, duban: Duban) -> None:
    kept = brought(rest(LIAISON), "现场.jpg", photographed(orientation=6))
    content = duban.files.path(kept["sha256"]).read_bytes()
    assert b"OWNER-NAME" not in content
    assert b"SERIAL-4711" not in content
    image = Image.open(io.BytesIO(content))
    assert dict(image.getexif()) == {}
    assert image.size == (48, 64), "turned upright before the orientation is forgotten"


def test_the_same_file_again_is_the_same_attachment(rest: Rest, duban: Duban) -> None:
    first = brought(rest(LIAISON), "灯.jpg", picture())
    assert brought(rest(LIAISON), "灯.jpg", picture()) == first
    other = brought(rest("xingyi.officer"), "灯.jpg", picture())
    assert other["id"] != first["id"]
    assert other["sha256"] == first["sha256"]
    with duban.database.reading() as connection:
        assert len(connection.execute(select(BLOB)).all()) == 1


@ON_SQLITE
def test_whoever_has_brought_enough_for_a_day_waits(
    rest: Rest, duban: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_A_DAY", 500)
    brought(rest(LIAISON), "一.jpg", picture())
    refused(bring(rest(LIAISON), "二.jpg", picture(colour="red")), 422, "quota_exceeded")
    assert len(list(duban.files.folder.rglob("*.preview"))) == 1, "not a byte was written"
    clock.advance_to(clock() + timedelta(days=1, minutes=1))
    brought(rest(LIAISON), "二.jpg", picture(colour="red"))


# Keeping


def _keep(duban: Duban, content: bytes = b"some bytes") -> str:
    """A file kept for somebody, by the door the web uses."""
    new = NewFile("说明.pdf", "application/pdf", content)
    kept = uploads.upload(duban.database, duban.files, new, person=1, most=10**9, now=duban.clock())
    return kept.sha256


def test_what_no_case_uses_is_gone_a_day_later_and_what_one_uses_stays(
    rest: Rest, duban: Duban, clock: SimulatedClock
) -> None:
    used = brought(rest(LIAISON), "用.jpg", picture())
    reported(rest, used["id"])
    unused = _keep(duban)
    orphan = duban.files.put(b"bytes without a row", clock())
    half = duban.files.folder / "arriving" / "half"
    half.write_bytes(b"never finished")
    os.utime(half, (clock().timestamp(),) * 2)
    assert uploads.sweep(duban.database, duban.files, clock()) == 0
    clock.advance_to(clock() + timedelta(minutes=59))
    assert uploads.sweep(duban.database, duban.files, clock()) == 0

    clock.advance_to(clock() + timedelta(hours=25))
    fresh = _keep(duban, b"just now")
    assert uploads.sweep(duban.database, duban.files, clock()) == 3
    assert not duban.files.has(orphan)
    assert not duban.files.has(unused)
    assert not half.exists()
    assert duban.files.has(used["sha256"])
    assert duban.files.has(fresh)
    assert complaints(duban) == []


def test_the_sweeper_asks_only_of_bytes_without_a_row_how_old_they_are(
    duban: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes every hour, and nearly all that lies there is some case's."""
    _keep(duban)
    orphan = duban.files.put(b"a crash before the row", clock())
    asked: list[str] = []
    is_older_than = Files.is_older_than

    def ask(files: Files, sha256: str, then: datetime) -> bool:
        asked.append(sha256)
        return is_older_than(files, sha256, then)

    monkeypatch.setattr(Files, "is_older_than", ask)
    assert uploads.sweep(duban.database, duban.files, clock()) == 0
    assert asked == [orphan]


def test_nothing_is_cleared_away_while_the_database_may_be_older_than_the_folder(
    duban: Duban, clock: SimulatedClock
) -> None:
    """Of two backups the older one was restored: the newer one's files are bytes without a row."""
    of_later = duban.files.put(b"in the newer backup", clock())
    clock.advance_to(clock() + timedelta(days=2))
    with duban.database.unit_of_work() as connection:
        sending.hold(connection, "restored", clock())
    assert uploads.sweep(duban.database, duban.files, clock()) == 0
    assert duban.files.has(of_later)
    with duban.database.unit_of_work() as connection:
        sending.release(connection, clock())
    assert uploads.sweep(duban.database, duban.files, clock()) == 1


def test_the_sweeper_leaves_bytes_whose_row_is_just_being_written(duban: Duban) -> None:
    sha256 = _keep(duban)
    with duban.database.unit_of_work() as connection:
        assert not attachments.claim_orphan(connection, sha256)


@pytest.fixture
def swept_meanwhile(duban: Duban, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeper comes after the bytes are written, and before their row."""
    add = attachments.add

    def sweep_and_add(connection: Any, **given: Any) -> Any:
        duban.files.remove(given["sha256"])
        return add(connection, **given)

    monkeypatch.setattr(attachments, "add", sweep_and_add)


@pytest.mark.usefixtures("swept_meanwhile")
def test_an_upload_that_meets_the_sweeper_writes_its_bytes_again(duban: Duban) -> None:
    assert duban.files.is_whole(_keep(duban))


def test_what_a_sweeper_has_listed_and_somebody_makes_anew_stays(
    duban: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A spreadsheet that was exported yesterday, and again to the byte as the sweeper goes round:
    no row of an attachment speaks of it.
    """
    made = duban.files.put(b"an export", clock())
    clock.advance_to(clock() + timedelta(hours=25))
    claim = attachments.claim_orphan

    def made_anew(connection: Any, sha256: str) -> bool:
        duban.files.put(b"an export", clock())
        return claim(connection, sha256)

    monkeypatch.setattr(attachments, "claim_orphan", made_anew)
    assert uploads.sweep(duban.database, duban.files, clock()) == 0
    assert duban.files.has(made)


@pytest.mark.usefixtures("swept_meanwhile")
def test_a_document_that_meets_the_sweeper_is_written_again(duban: Duban) -> None:
    new = NewFile("通知.pdf", "application/pdf", b"a document")
    with duban.database.unit_of_work() as connection:
        kept = uploads.keep_made(connection, duban.files, new, person=1, now=duban.clock())
    assert duban.files.is_whole(kept.sha256)


@pytest.mark.crash
@pytest.mark.parametrize("step", ["fsync", "replace", "row"])
def test_a_crash_while_a_file_arrives_leaves_no_row_without_bytes(
    duban: Duban, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    where = {"fsync": (os, "fsync"), "replace": (Path, "replace"), "row": (attachments, "add")}
    monkeypatch.setattr(*where[step], die)
    with pytest.raises(KeyboardInterrupt):
        _keep(duban)
    monkeypatch.undo()
    with duban.database.reading() as connection:
        assert attachments.blobs(connection) == {}
    assert _keep(duban)
    assert complaints(duban) == []


@pytest.mark.tamper
def test_doctor_says_which_bytes_are_missing_or_changed(rest: Rest, duban: Duban) -> None:
    lost, changed = _keep(duban, b"lost"), _keep(duban, b"changed")
    duban.files.path(lost).unlink()
    duban.files.path(changed).write_bytes(b"other")
    said = complaints(duban)
    assert sorted(sentence[:8] for sentence in said) == ["附件的内容丢失（", "附件的内容被改动"]


@pytest.mark.tamper
def test_rules_keep_what_a_case_uses(rest: Rest, duban: Duban) -> None:
    photo = brought(rest(LIAISON), "灯.jpg", picture())
    reported(rest, photo["id"])
    other = _keep(duban)
    for statement in (
        delete(USE),
        update(USE).values(case_id=1, attachment_id=999),
        delete(ATTACHMENT).where(ATTACHMENT.c.id == photo["id"]),
        delete(BLOB).where(BLOB.c.sha256 == photo["sha256"]),
        update(ATTACHMENT).where(ATTACHMENT.c.id == photo["id"]).values(sha256=other),
        update(BLOB).values(size=7),
    ):
        with pytest.raises(IntegrityError), duban.database.unit_of_work() as connection:
            connection.execute(statement)
