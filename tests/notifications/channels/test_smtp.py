"""E-mail against a real SMTP server, well behaved and not."""

import email
import email.policy
import random
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import AuthResult

from notifications.channels import Channel, Envelope, Outcome, Receipt
from notifications.simulators.smtp_sink import SmtpSink
from tests.simulators.certificate import Certificate
from tests.simulators.faulty_smtp import DROP, FINE, HANG, KEEP_AND_DROP, FaultySmtp
from tests.simulators.hanging import time_outs_without_waiting

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
PASSWORD = "pa:ss@w/rd#1"


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    """All over one connection."""
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def numbered(letter: Letter, count: int) -> list[Envelope]:
    return [letter(f"case:{number}") for number in range(count)]


def test_a_chinese_message_arrives_as_it_was_written(opened: Open, letter: Letter) -> None:
    text = "张三同志：\n.一行以点开头\n" + "很长的一行" * 300 + "\n𠮷野家 🎉"
    envelope = letter(text=text, html="<p>河道垃圾清理</p>", subject="【督办】" + "逾期" * 60)
    with SmtpSink() as sink:
        [receipt] = send(opened(sink.url), envelope)
    [mail] = sink.messages
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.provider_id == "000001"
    assert "250" in receipt.detail
    assert mail.to == envelope.to
    assert mail.sender == "duban@example.gov.cn"
    assert mail.subject == envelope.subject
    assert mail.text.removesuffix("\n") == text
    assert mail.html == "<p>河道垃圾清理</p>\n"


def test_the_message_is_well_formed(opened: Open, letter: Letter) -> None:
    with SmtpSink() as sink:
        send(opened(sink.url), letter(to="李四 <li.si@example.gov.cn>", html="<p>好</p>"))
    mail = email.message_from_bytes(sink.messages[0].raw, policy=email.policy.default)
    assert not [part.defects for part in mail.walk() if part.defects]
    assert mail["From"].addresses[0].display_name == "督办系统"
    assert mail["To"].addresses[0].display_name == "李四"
    assert mail["Date"].datetime == datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert max(map(len, sink.messages[0].raw.splitlines())) <= 78


def test_the_message_id_is_the_same_at_each_try_and_differs_between_keys(
    opened: Open, letter: Letter
) -> None:
    keys = ["17:3:overdue", "17:3:overdue", "17:3.overdue", "案件 17", "k" * 1000]
    with SmtpSink() as sink:
        send(opened(sink.url), *map(letter, keys))
    ids = [mail.message_id for mail in sink.messages]
    assert ids[0] == ids[1] == "<17%3A3%3Aoverdue@example.gov.cn>"
    assert len(set(ids)) == len(keys) - 1
    assert all(one.isascii() and len(one) < 200 for one in ids)


def test_many_messages_go_over_one_connection(opened: Open, letter: Letter) -> None:
    with SmtpSink() as sink:
        receipts = send(opened(sink.url), *numbered(letter, 50))
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    assert (len(sink.messages), sink.connections) == (50, 1)


def test_no_connection_is_made_before_there_is_a_message(opened: Open) -> None:
    with SmtpSink() as sink:
        assert send(opened(sink.url)) == []
    assert sink.connections == 0


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "逾期\r\nBcc: everybody@example.com"),
        ("subject", "逾期\nX: y"),
        ("subject", "逾期\0"),
        ("to", "a@example.com\r\nRCPT TO:<b@example.com>"),
        ("to", "张\n三 <a@example.com>"),
        ("to", "a@example.com, b@example.com"),
        ("to", "<a@example.com> <b@example.com>"),
        ("to", "a@example.com>SIZE=1"),
        ("to", "张三"),
        ("to", ""),
        ("to", "张三@example.com"),
    ],
)
def test_an_address_or_subject_that_could_smuggle_something_is_refused(
    opened: Open, letter: Letter, field: str, value: str
) -> None:
    with SmtpSink() as sink:
        bad = letter(**{field: value})
        receipts = send(opened(sink.url), bad, letter("after"))
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED, Outcome.ACCEPTED]
    assert [mail.message_id for mail in sink.messages] == ["<after@example.gov.cn>"]


@pytest.mark.hostile
def test_text_that_no_codec_takes_is_sent_all_the_same(opened: Open, letter: Letter) -> None:
    with SmtpSink() as sink:
        [receipt] = send(opened(sink.url), letter("k\ud800", text="坏\ud800字\0", subject="\ud800"))
    assert receipt.outcome is Outcome.ACCEPTED
    assert sink.messages[0].text.startswith("坏?字")


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("MAIL", "550 5.7.1 sender not allowed", Outcome.FAILED),
        ("MAIL", "552 5.3.4 message too large", Outcome.REFUSED),
        ("MAIL", "451 4.3.0 try later", Outcome.FAILED),
        ("MAIL", "421 4.7.0 too many connections", Outcome.THROTTLED),
        ("MAIL", "530 5.7.0 authentication required", Outcome.FAILED),
        ("RCPT", "550 5.1.1 no such user", Outcome.REFUSED),
        ("RCPT", "553 5.1.3 bad address", Outcome.REFUSED),
        ("RCPT", "450 4.2.0 greylisted", Outcome.FAILED),
        ("RCPT", "450 4.7.1 rate exceeded", Outcome.THROTTLED),
        ("RCPT", "451 4.7.1 发送过于频繁", Outcome.THROTTLED),
        ("RCPT", "452 4.2.2 mailbox full", Outcome.FAILED),
        ("RCPT", "421 4.3.2 shutting down", Outcome.FAILED),
        ("DATA", "451 4.3.0 try later", Outcome.FAILED),
        ("DATA", "452 4.5.3 too many messages", Outcome.THROTTLED),
        ("DATA", "550 5.7.1 rate limit", Outcome.REFUSED),
        ("DATA", "554 5.7.1 spam", Outcome.REFUSED),
        ("DATA", "421 4.3.2 shutting down", Outcome.FAILED),
    ],
)
def test_each_answer_has_its_outcome_and_the_next_message_goes(
    opened: Open, letter: Letter, stage: str, answer: str, outcome: Outcome
) -> None:
    with FaultySmtp({stage: [answer]}) as server:
        receipts = send(opened(server.url), *numbered(letter, 2))
    assert [receipt.outcome for receipt in receipts] == [outcome, Outcome.ACCEPTED]
    assert answer in receipts[0].detail
    assert len(server.messages) == 1


def test_one_refused_recipient_does_not_stop_the_others(opened: Open, letter: Letter) -> None:
    with FaultySmtp({"RCPT": [FINE, "550 5.1.1 no such user"]}) as server:
        receipts = send(opened(server.url), *numbered(letter, 4))
    assert [receipt.outcome.value[0] for receipt in receipts] == ["a", "r", "a", "a"]
    assert (len(server.messages), server.connections) == (3, 1)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_message_was_handed_over_is_a_failure(
    opened: Open, letter: Letter, stage: str
) -> None:
    with FaultySmtp({stage: [DROP]}) as server:
        receipts = send(opened(server.url), *numbered(letter, 2))
    assert [receipt.outcome for receipt in receipts] == [Outcome.FAILED, Outcome.ACCEPTED]
    assert (len(server.messages), server.connections) == (1, 2)


@pytest.mark.parametrize(("fault", "kept"), [(DROP, 1), (KEEP_AND_DROP, 2)])
def test_a_connection_lost_after_the_message_was_handed_over_is_ambiguous(
    opened: Open, letter: Letter, fault: str, kept: int
) -> None:
    with FaultySmtp({"DATA": [fault]}) as server:
        receipts = send(opened(server.url), *numbered(letter, 2))
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS, Outcome.ACCEPTED]
    assert len(server.messages) == kept


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [("MAIL", Outcome.FAILED), ("RCPT", Outcome.FAILED), ("DATA", Outcome.AMBIGUOUS)],
)
def test_a_server_that_hangs_costs_a_batch_one_timeout_and_one_doubt(
    opened: Open, letter: Letter, stage: str, outcome: Outcome
) -> None:
    with time_outs_without_waiting(), FaultySmtp({stage: [HANG] * 9}) as server:
        receipts = send(opened(server.url), *numbered(letter, 9))
    assert [receipt.outcome for receipt in receipts] == [outcome] + [Outcome.FAILED] * 8
    assert "超时" in receipts[0].detail
    assert server.connections == 1


@pytest.mark.parametrize("farewell", ["abort", "421"])
def test_an_idle_connection_that_was_closed_is_made_again_without_a_failure(
    opened: Open, letter: Letter, farewell: str
) -> None:
    script = {"MAIL": [FINE, "421 4.4.2 idle too long"]} if farewell == "421" else {}
    server = FaultySmtp(script)
    with server, opened(server.url).connect() as sender:
        first = sender.send(letter("1"))
        if farewell == "abort":
            server.hang_up_all()
        second = sender.send(letter("2"))
        assert [first.outcome, second.outcome] == [Outcome.ACCEPTED] * 2
        assert (len(server.messages), server.connections) == (2, 2)


def test_nobody_at_home_is_a_failure_for_each_message(opened: Open, letter: Letter) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{unused.getsockname()[1]}?from=a@b.cn"
        receipts = send(opened(url), *numbered(letter, 3))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "对方拒绝连接" in receipts[0].detail


def secured(certificate: Certificate, **options: Any) -> SmtpSink:
    """A server that wants STARTTLS and a login."""

    def check(*arguments: object) -> AuthResult:
        login = arguments[-1]
        given = (login.login, login.password)  # type: ignore[attr-defined]
        return AuthResult(success=given == (b"duban", PASSWORD.encode()), handled=False)

    return SmtpSink(
        tls_context=certificate.server_context(),
        require_starttls=True,
        auth_required=True,
        authenticator=check,
        **options,
    )


def secured_url(port: int, certificate: Certificate | None, password: str = PASSWORD) -> str:
    ca = f"&ca={certificate.certificate}" if certificate else ""
    return f"smtp://duban:{quote(password, safe='')}@127.0.0.1:{port}?from=a@b.cn{ca}"


def test_a_login_goes_over_starttls(opened: Open, letter: Letter, certificate: Certificate) -> None:
    with secured(certificate) as sink:
        receipts = send(opened(secured_url(sink.port, certificate)), *numbered(letter, 3))
    assert [receipt.outcome for receipt in receipts] == [Outcome.ACCEPTED] * 3
    assert sink.connections == 1


def test_a_wrong_password_fails_loudly_and_is_tried_once_a_batch(
    opened: Open, letter: Letter, certificate: Certificate
) -> None:
    with secured(certificate) as sink:
        url = secured_url(sink.port, certificate, "wr0ng-secret")
        receipts = send(opened(url), *numbered(letter, 5))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "拒绝登录（535）" in receipts[0].detail
    assert "wr0ng" not in repr(receipts)
    assert sink.connections == 1


def test_a_password_is_never_sent_to_a_server_that_offers_no_tls(
    opened: Open, letter: Letter
) -> None:
    with SmtpSink() as sink:
        [receipt] = send(opened(secured_url(sink.port, None)), letter())
    assert receipt.outcome is Outcome.FAILED
    assert "不支持" in receipt.detail


def test_an_unknown_certificate_is_not_trusted(
    opened: Open, letter: Letter, certificate: Certificate
) -> None:
    with secured(certificate) as sink:
        [receipt] = send(opened(secured_url(sink.port, None)), letter())
    assert receipt.outcome is Outcome.FAILED
    assert "证书" in receipt.detail


@pytest.mark.hostile
@pytest.mark.parametrize("seed", range(30))
def test_under_random_faults_every_receipt_tells_the_truth(
    opened: Open, letter: Letter, seed: int
) -> None:
    """Accepted: there once. Ambiguous: perhaps there. Anything else: certainly not there."""
    dice = random.Random(seed)
    before = [FINE, FINE, DROP, "421 4.3.2 bye", "450 4.7.1 rate", "550 5.1.1 no", "451 4.3.0 no"]
    after = [FINE, FINE, DROP, KEEP_AND_DROP, "452 4.5.3 too many", "554 5.7.1 no", "421 4.0.0 no"]
    script = {"MAIL": before, "RCPT": before, "DATA": after}
    faults = {stage: dice.choices(kinds, k=20) for stage, kinds in script.items()}
    letters = numbered(letter, 20)
    with FaultySmtp(faults) as server:
        receipts = send(opened(server.url), *letters)
    arrived = [mail.message_id for mail in server.messages]
    for envelope, receipt in zip(letters, receipts, strict=True):
        copies = arrived.count(f"<{quote(envelope.key, safe='')}@example.gov.cn>")
        assert copies in {Outcome.ACCEPTED: {1}, Outcome.AMBIGUOUS: {0, 1}}.get(
            receipt.outcome, {0}
        )


def test_two_batches_of_one_channel_do_not_share_a_connection(opened: Open, letter: Letter) -> None:
    with SmtpSink() as sink:
        channel = opened(sink.url)
        with channel.connect() as one, channel.connect() as other:
            assert one.send(letter("1")).outcome is Outcome.ACCEPTED
            assert other.send(replace(letter("1"), key="2")).outcome is Outcome.ACCEPTED
    assert sink.connections == 2
