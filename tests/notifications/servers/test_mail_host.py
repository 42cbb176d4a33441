"""Postfix and Dovecot: mail arrives as it was written, and what cannot arrive comes back to us."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from notifications.channels import Envelope, Outcome, open_channel
from notifications.collecting import collect_reports
from notifications.trying import try_channel
from notifications.ways import open_ways, report_sources
from tests.delivering import deliver_all_due
from tests.notifications.conftest import Desk
from tests.prefecture import NOW
from tests.servers.mail_host import DOMAIN, PASSWORD, MailHost
from workflow.engine.calendar import Calendar
from workflow.store.outgoing import bad_addresses, reports
from workflow.store.outgoing.reports import Fate

pytestmark = [pytest.mark.notify, pytest.mark.servers]


def letter(number: int, to: str) -> Envelope:
    return Envelope(
        f"77.{number}.{to}", f"{to}@{DOMAIN}", "task", {},
        "【督办】者楼街道饮水管网漏损整改", f"第 {number} 件：请于 3月9日 前办结。\n.\n…",
        "<p>请办结。</p>",
    )  # fmt: skip


def test_postfix_delivers_what_was_written_over_one_signed_in_connection(
    post_office: MailHost,
) -> None:
    channel = open_channel(post_office.smtp_url, now=lambda: datetime(2026, 3, 2, 1, tzinfo=UTC))
    with channel.connect() as sender:
        receipts = [sender.send(letter(number, "zhang.san")) for number in range(5)]
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    letters = post_office.wait_for_letters("zhang.san", 5)
    [first] = [one for one in letters if one["Message-ID"].startswith("<77%2E0%2E")]
    assert first["Subject"] == "【督办】者楼街道饮水管网漏损整改"
    text, html = (first.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == "第 0 件：请于 3月9日 前办结。\n.\n…\n"
    assert "<p>请办结。</p>" in html.get_content()


def test_postfix_takes_mail_over_tls_from_the_first_byte(post_office: MailHost) -> None:
    with open_channel(post_office.smtps_url, now=lambda: NOW).connect() as sender:
        receipt = sender.send(letter(1, "li.si"))
    assert receipt.outcome is Outcome.ACCEPTED
    ids = [one["Message-ID"] for one in post_office.wait_for_letters("li.si", 1)]
    assert any(id_.startswith("<77%2E1%2E") for id_ in ids)


def test_a_certificate_that_nobody_vouches_for_stops_mail_and_bounces(
    post_office: MailHost, desk: Desk
) -> None:
    stranger = post_office.smtps_url.partition("&ca=")[0]
    with open_channel(stranger, now=lambda: NOW).connect() as sender:
        receipt = sender.send(letter(2, "li.si"))
    assert receipt.outcome is Outcome.FAILED
    assert "对方证书不可信" in receipt.detail
    ways = open_ways(desk.database, lambda: NOW)
    sources = report_sources(ways, post_office.imaps_url.partition("?ca=")[0])
    assert collect_reports(desk.database, sources, lambda: NOW).failed == ("email",)


def test_postfix_refuses_a_stranger_and_the_connection_goes_on(post_office: MailHost) -> None:
    url = f"smtp://127.0.0.1:{post_office.smtp_port}?from=duban@{DOMAIN}&tls=none"
    with open_channel(url, now=lambda: NOW).connect() as sender:
        receipts = [sender.send(letter(number, "li.si")) for number in range(3)]
    assert {receipt.outcome for receipt in receipts} == {Outcome.REFUSED}
    assert "收件人被邮件服务器拒绝（554 5.7.1" in receipts[2].detail


def test_postfix_refuses_a_wrong_password_and_we_say_so(post_office: MailHost) -> None:
    url = post_office.smtp_url.replace(PASSWORD, "wrong-one")
    with open_channel(url, now=lambda: NOW).connect() as sender:
        receipt = sender.send(letter(9, "li.si"))
    assert receipt.outcome is Outcome.FAILED
    assert "拒绝登录（535）" in receipt.detail
    assert "wrong-one" not in receipt.detail


@pytest.mark.parametrize(
    ("sends", "reads"),
    [
        ("smtp_url", "imap_url"),
        ("smtp_url", "imap_starttls_url"),
        ("smtps_url", "imaps_url"),
    ],
)
def test_a_bounce_is_read_back_and_marks_the_address(
    post_office: MailHost, desk: Desk, calendar: Calendar, sends: str, reads: str
) -> None:
    person = desk.prefecture.person("wangmo.liaison")
    desk.change_person("wangmo.liaison", email=f"nobody.here@{DOMAIN}")
    desk.change_person("wangmo.head", email=f"li.si@{DOMAIN}")
    gone, good = desk.owe(), desk.owe("wangmo.head")
    ways = open_ways(desk.database, lambda: NOW, email=getattr(post_office, sends))
    sources = report_sources(ways, getattr(post_office, reads))
    before = len(post_office.letters("bounces"))
    assert deliver_all_due(desk.database, ways, calendar, NOW).sent == 2
    post_office.wait_for_letters("bounces", before + 1)

    first = collect_reports(desk.database, sources, lambda: NOW)
    again = collect_reports(desk.database, sources, lambda: NOW)
    assert (first.failed, first.bad_addresses, again.reports) == ((), 1, 0)
    with desk.database.reading() as connection:
        stories = reports.stories(connection, [gone, good])
        why = bad_addresses.why_bad(connection, person, "email", f"nobody.here@{DOMAIN}")
    assert [stories[one].fate for one in (gone, good)] == [Fate.UNDELIVERED, Fate.UNKNOWN]
    assert why is not None
    assert why.startswith("邮件被退回，收件地址不存在或已停用（5.1.1")
    assert desk.row(gone)["status"] == "sent"  # what was handed over stays so

    late = desk.owe()
    assert deliver_all_due(desk.database, ways, calendar, NOW).dead == 1
    assert desk.row(late)["detail"].startswith("邮箱地址不能用，没有发送：邮件被退回")
    desk.change_person("wangmo.liaison", email=f"zhang.san@{DOMAIN}")
    desk.owe()
    assert deliver_all_due(desk.database, ways, calendar, NOW).sent == 1


def test_a_mailbox_that_cannot_be_read_is_told_and_stops_nobody(
    post_office: MailHost, desk: Desk
) -> None:
    ways = open_ways(desk.database, lambda: NOW)
    wrong = post_office.imap_url.replace("/INBOX", "/Nowhere")
    for url in (wrong, "imap://a:b@127.0.0.1:1/INBOX?tls=none"):
        done = collect_reports(desk.database, report_sources(ways, url), lambda: NOW)
        assert done.failed == ("email",)


def test_a_trial_shows_the_conversation_without_its_secrets(post_office: MailHost) -> None:
    channel = open_channel(post_office.smtp_url, now=lambda: NOW)
    trial = try_channel(channel, "email", f"li.si@{DOMAIN}", "李四", NOW)
    said = "\n".join(trial.dialogue)
    assert trial.receipt.outcome is Outcome.ACCEPTED
    assert trial.meaning.startswith("对方已经收下这一条")
    for line in ("← 220 ", "→ STARTTLS", "→ （登录信息，不显示）", "← 235 ", "→ RCPT TO:<li.si@"):
        assert line in said
    assert said.index("→ （邮件正文") < said.index("← 250 2.0.0 Ok: queued as")
    assert PASSWORD not in said
    assert b64encode(f"\0bounces\0{PASSWORD}".encode()).decode() not in said


def test_a_trial_that_fails_says_what_it_means(post_office: MailHost) -> None:
    url = post_office.smtp_url.replace(PASSWORD, "wrong-one")
    trial = try_channel(open_channel(url, now=lambda: NOW), "email", "a@b.c", "李四", NOW)
    assert trial.receipt.outcome is Outcome.FAILED
    assert any(line.startswith("← 535 ") for line in trial.dialogue)
    assert trial.meaning.startswith("没有发出去")
