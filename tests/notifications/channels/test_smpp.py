"""SMS over SMPP against a real SMS centre, well behaved and not."""

import socket
from collections.abc import Callable

import pytest

from notifications.channels import Channel, Envelope, Outcome, Receipt
from notifications.simulators.smpp_simulator import SmppSimulator
from tests.simulators.faulty_smsc import CUT, FINE, SILENCE, FaultySmsc, RefusingSmsc
from tests.simulators.hanging import time_outs_without_waiting

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
THROTTLED, QUEUE_FULL, SYSTEM_ERROR, BAD_NUMBER, UNKNOWN = 0x58, 0x14, 0x08, 0x0B, 0xFF
LONG = "【督办】" + "河道垃圾清理已逾期，请于今日办结。" * 12  # more than 200 characters: 4 parts


def send(channel: Channel, *envelopes: Envelope) -> list[Receipt]:
    """All over one session."""
    with channel.connect() as sender:
        return [sender.send(envelope) for envelope in envelopes]


def texts(letter: Letter, *contents: str) -> list[Envelope]:
    return [
        letter(f"case:{number}", to="13800138000", text=content)
        for number, content in enumerate(contents)
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("【督办】河道垃圾清理今日到期。", 1),
        ("督" * 70, 1),
        ("督" * 71, 2),
        ("Duban: case 17 is due today.", 1),
        ("D" * 161, 2),
        ("user_name@example.com", 1),
        ("督" * 66 + "🎉" + "办" * 66, 3),
        ("𠮷" * 100, 4),
        ("坏\ud800字", 1),
        (LONG, 4),
    ],
)
def test_a_text_arrives_whole_in_the_expected_parts(
    opened: Open, letter: Letter, text: str, parts: int
) -> None:
    with SmppSimulator() as centre:
        [receipt] = send(opened(centre.url), *texts(letter, text))
    [message] = centre.messages
    assert (receipt.outcome, receipt.provider_id) == (Outcome.ACCEPTED, "00000001")
    assert message.text == text.replace("\ud800", "?")
    assert (message.source, message.to, message.parts) == ("10690000", "13800138000", parts)


def test_many_messages_go_over_one_bind(opened: Open, letter: Letter) -> None:
    with SmppSimulator() as centre:
        receipts = send(opened(centre.url), *texts(letter, *(["督办", LONG] * 15)))
        assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
        assert [message.text for message in centre.messages] == ["督办", LONG] * 15
        assert centre.binds == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (THROTTLED, Outcome.THROTTLED),
        (QUEUE_FULL, Outcome.THROTTLED),
        (BAD_NUMBER, Outcome.REFUSED),
        (SYSTEM_ERROR, Outcome.FAILED),
        (UNKNOWN, Outcome.FAILED),
    ],
)
def test_each_status_has_its_outcome_and_the_next_message_goes(
    opened: Open, letter: Letter, status: int, outcome: Outcome
) -> None:
    with FaultySmsc([status]) as centre:
        receipts = send(opened(centre.url), *texts(letter, "一", "二"))
    assert [receipt.outcome for receipt in receipts] == [outcome, Outcome.ACCEPTED]
    assert f"0x{status:02X}" in receipts[0].detail
    assert [message.text for message in centre.messages] == ["二"]


def test_a_part_that_is_not_accepted_stops_the_rest_and_a_later_try_completes_it(
    opened: Open, letter: Letter
) -> None:
    with FaultySmsc([FINE, THROTTLED]) as centre:
        first, second = send(opened(centre.url), *texts(letter, LONG) * 2)
    assert (first.outcome, second.outcome) == (Outcome.THROTTLED, Outcome.ACCEPTED)
    assert "第 2/4 条" in first.detail
    assert centre.submits == 2 + 4
    assert [message.text for message in centre.messages] == [LONG]


def test_a_session_lost_after_the_last_part_is_ambiguous(opened: Open, letter: Letter) -> None:
    with FaultySmsc([CUT]) as centre:
        receipts = send(opened(centre.url), *texts(letter, "一", "二"))
        assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS, Outcome.ACCEPTED]
        assert centre.binds == 2


def test_a_session_lost_in_the_middle_of_a_message_is_a_failure(
    opened: Open, letter: Letter
) -> None:
    with FaultySmsc([FINE, CUT]) as centre:
        receipts = send(opened(centre.url), *texts(letter, LONG, "二"))
    assert [receipt.outcome for receipt in receipts] == [Outcome.FAILED, Outcome.ACCEPTED]
    assert [message.text for message in centre.messages] == ["二"]


def test_a_centre_that_never_answers_costs_a_batch_one_timeout_and_one_doubt(
    opened: Open, letter: Letter
) -> None:
    with time_outs_without_waiting(), FaultySmsc([SILENCE] * 5) as centre:
        receipts = send(opened(centre.url), *texts(letter, *"一二三四五"))
    assert [receipt.outcome for receipt in receipts] == [Outcome.AMBIGUOUS] + [Outcome.FAILED] * 4
    assert "超时" in receipts[0].detail
    assert centre.submits == 1


def test_an_idle_session_that_was_cut_is_bound_again_without_a_failure(
    opened: Open, letter: Letter
) -> None:
    one, two = texts(letter, "一", "二")
    with FaultySmsc() as centre, opened(centre.url).connect() as sender:
        assert sender.send(one).outcome is Outcome.ACCEPTED
        centre.cut()
        _wait_for_the_cut(sender)
        assert sender.send(two).outcome is Outcome.ACCEPTED
        assert centre.binds == 2


def _wait_for_the_cut(sender: object) -> None:
    session = sender._line.get()  # type: ignore[attr-defined]
    while session.is_alive():
        pass


def test_a_wrong_password_fails_loudly_and_is_tried_once_a_batch(
    opened: Open, letter: Letter
) -> None:
    with RefusingSmsc(0x0E) as centre:
        url = f"smpp://duban:wr0ng-pw@127.0.0.1:{centre.port}?source=10690000"
        receipts = send(opened(url), *texts(letter, "一", "二", "三"))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "拒绝登录（0x0E）" in receipts[0].detail
    assert "wr0ng" not in repr(receipts)
    assert centre.binds == 1


def test_nobody_at_home_is_a_failure_for_each_message(opened: Open, letter: Letter) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"smpp://duban:secret@127.0.0.1:{unused.getsockname()[1]}?source=10690000"
        receipts = send(opened(url), *texts(letter, "一", "二"))
    assert {receipt.outcome for receipt in receipts} == {Outcome.FAILED}
    assert "对方拒绝连接" in receipts[0].detail


@pytest.mark.hostile
@pytest.mark.parametrize(
    "to", ["", "张三", "138", "1380013800a", "13800138000\n", "+86;1380013800"]
)
def test_a_bad_number_is_refused_and_never_submitted(opened: Open, letter: Letter, to: str) -> None:
    with FaultySmsc() as centre:
        [receipt] = send(opened(centre.url), letter(to=to))
    assert (receipt.outcome, centre.submits) == (Outcome.REFUSED, 0)


@pytest.mark.hostile
def test_an_endless_text_is_refused(opened: Open, letter: Letter) -> None:
    with FaultySmsc() as centre:
        [receipt] = send(opened(centre.url), *texts(letter, "督" * 20_000))
    assert (receipt.outcome, centre.submits) == (Outcome.REFUSED, 0)


def test_a_number_may_be_written_with_spaces_and_country(opened: Open, letter: Letter) -> None:
    with SmppSimulator() as centre:
        send(opened(centre.url), letter(to="+86 138-0013-8000"))
    assert centre.messages[0].to == "8613800138000"
