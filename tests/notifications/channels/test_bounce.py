"""Bounces as mail servers write them, well and badly."""

import pytest

from notifications.channels.bounce import read_bounce
from notifications.channels.reporting import Fate
from notifications.collecting import keep_reports
from tests.prefecture import NOW
from workflow.store.database import Database

pytestmark = pytest.mark.notify

HEADERS = "Message-ID: <17%2E3@office.test>\nSubject: x\n"


def bounce(
    *, whole: str = "Reporting-MTA: dns; a.b\n", one: str, returned: str = HEADERS,
    kind: str = "text/rfc822-headers",
) -> bytes:  # fmt: skip
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
        "Date: Mon, 30 Nov 2026 09:00:00 +0800\n\n"
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{whole}\n{one}\n"
        f"--b\nContent-Type: {kind}\n\n{returned}\n--b--\n"
    ).encode()


def block(action: str, status: str, said: str = "smtp; 550 no") -> str:
    return f"Final-Recipient: rfc822; a@b.c\nAction: {action}\nStatus: {status}\n" + (
        f"Diagnostic-Code: {said}\n"
    )


@pytest.mark.parametrize(
    ("action", "status", "fate", "bad", "words"),
    [
        ("failed", "5.1.1", Fate.UNDELIVERED, True, "收件地址不存在或已停用"),
        ("failed", "5.1.10", Fate.UNDELIVERED, True, "收件地址不存在或已停用"),
        ("failed", "5.2.1", Fate.UNDELIVERED, True, "收件地址不存在或已停用"),
        ("failed", "5.2.2", Fate.UNDELIVERED, False, "对方信箱已满"),
        ("failed", "4.4.7", Fate.UNDELIVERED, False, "对方邮件服务器联系不上"),
        ("failed", "5.7.1", Fate.UNDELIVERED, False, "出于安全策略拒收"),
        ("failed", "5.0.0", Fate.UNDELIVERED, False, "邮件被退回"),
        ("Delayed", "4.4.1", Fate.DELAYED, False, "邮件服务器仍在尝试"),
        ("delivered", "2.0.0", Fate.DELIVERED, False, "邮件已送达信箱"),
    ],
)
def test_each_code_has_its_fate_and_its_sentence(
    action: str, status: str, fate: Fate, bad: bool, words: str
) -> None:
    [report] = read_bounce(bounce(one=block(action, status)))
    assert (report.about, report.fate, report.address_is_bad) == ("17%2E3@office.test", fate, bad)
    assert words in report.detail
    assert report.code == status


def test_the_message_is_named_by_envelope_id_or_by_what_is_returned() -> None:
    named = "Reporting-MTA: dns; a.b\nOriginal-Envelope-Id: 5%2E1@office.test\n"
    one = block("failed", "5.1.1")
    cases = [
        bounce(one=one, whole=named),
        bounce(one=one),
        bounce(one=one, kind="message/rfc822", returned=HEADERS + "\nText\n"),
    ]
    found = [read_bounce(raw)[0].about for raw in cases]
    assert found == ["5%2E1@office.test", "17%2E3@office.test", "17%2E3@office.test"]


@pytest.mark.hostile
@pytest.mark.parametrize("odd", ["17\0.3@office.test", "9" * 5000, "a\x85b"])
def test_a_name_that_no_database_holds_holds_up_no_other_bounce(
    odd: str, database: Database
) -> None:
    """Anybody can write to that mailbox, and what was not kept would be read again for ever."""
    one = block("failed", "5.1.1")
    by_id = bounce(one=one, whole=f"Reporting-MTA: dns; a.b\nOriginal-Envelope-Id: {odd}\n")
    returned = bounce(one=one, returned=f"Message-ID: <{odd}>\n")
    for raw in (by_id, returned):
        [report] = read_bounce(raw)
        keep_reports(database, "email", [report], NOW)
        assert report.about.isprintable()


def test_no_address_is_kept_in_the_words() -> None:
    [report] = read_bounce(bounce(one=block("failed", "5.1.1", "smtp; 550 <zhang@b.c> unknown")))
    assert "zhang" not in report.detail
    assert "550 <…@b.c> unknown" in report.detail


@pytest.mark.hostile
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00 nothing",
        b"Subject: I am on holiday\n\nBack on Monday.\n",
        bounce(one=block("relayed", "2.0.0")),
        bounce(one="Action:\n"),
        bounce(one=""),
        bounce(one=block("failed", "5.1.1"), returned="Subject: without an id\n"),
        b'Content-Type: multipart/report; boundary="b"\n\n--b\n'
        b"Content-Type: message/delivery-status\n",
        b'Content-Type: multipart/report; boundary="b"\n\n--b\n'
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!\n--b--\n",
    ],
)
def test_what_is_no_bounce_of_ours_reports_nothing(raw: bytes) -> None:
    assert read_bounce(raw) == []
