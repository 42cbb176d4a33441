"""Receipts of short messages: fetched by binding to receive, acknowledged once they are kept."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import pytest

from notifications.channels import Channel, Envelope
from notifications.channels.reporting import CannotCollect, Fate, Report, Reporting
from notifications.channels.smpp_receipts import read_receipt
from notifications.simulators.smpp_simulator import SmppSimulator
from tests.simulators.faulty_smsc import ReceiptSmsc, RefusingSmsc
from tests.simulators.patience import until_all_is_said

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
LONG = "【督办】" + "河道垃圾清理已逾期，请于今日办结。" * 12  # 4 parts
WRITTEN = "id:0A1B sub:001 dlvrd:001 submit date:2611300902 done date:2611300903 stat:{} err:{}"


def collected(channel: Channel, waiting: Callable[[], int] = lambda: 0) -> list[Report]:
    assert isinstance(channel, Reporting)
    reports: list[Report] = []
    with until_all_is_said(waiting):
        channel.collect([], reports.extend)
    return reports


@pytest.mark.parametrize("long", ["udh", "sar", "payload"])
def test_a_long_chinese_text_is_joined_and_each_part_is_reported(
    opened: Open, letter: Letter, long: str
) -> None:
    with SmppSimulator() as centre:
        channel = opened(f"{centre.url}&long={long}")
        with channel.connect() as sender:
            receipt = sender.send(letter(to="13800138000", text=LONG))
        assert [message.text for message in centre.messages] == [LONG]
        reports = collected(channel, lambda: centre.receipts_waiting)
    assert len(receipt.report_ids) == (1 if long == "payload" else 4)
    assert [report.about for report in reports] == list(receipt.report_ids)
    assert {report.fate for report in reports} == {Fate.DELIVERED}
    assert reports[0].detail == "短信已送达手机（DELIVRD）。"


def test_a_receipt_that_could_not_be_kept_comes_again(opened: Open, letter: Letter) -> None:
    def full(reports: Sequence[Report]) -> None:
        raise RuntimeError("the disk is full")

    with SmppSimulator() as centre:
        channel = opened(centre.url)
        with channel.connect() as sender:
            sender.send(letter(to="13800138000", text="督办"))
        assert isinstance(channel, Reporting)
        with pytest.raises(RuntimeError), until_all_is_said(lambda: centre.receipts_waiting):
            channel.collect([], full)
        assert centre.receipts_acknowledged == 0
        again = collected(channel, lambda: centre.receipts_waiting)
        assert [report.about for report in again] == ["00000001"]


def test_receipts_are_fetched_as_a_receiver_too(opened: Open) -> None:
    two = [WRITTEN.format("DELIVRD", "000").encode(), WRITTEN.format("EXPIRED", "000").encode()]
    with ReceiptSmsc(*two) as centre:
        url = f"smpp://duban:secret@127.0.0.1:{centre.port}?source=106&receipts=receiver"
        reports = collected(opened(url), lambda: len(centre.receipts))
        assert centre.receipts == []
    assert [report.fate for report in reports] == [Fate.DELIVERED, Fate.UNDELIVERED]


def test_without_receipts_none_are_asked_for(opened: Open, letter: Letter) -> None:
    with SmppSimulator() as centre:
        channel = opened(f"{centre.url}&receipts=none")
        with channel.connect() as sender:
            sender.send(letter(to="13800138000", text="督办"))
        assert centre.receipts_waiting == 0
        assert collected(channel) == []
        assert centre.binds == 1


def test_a_centre_that_refuses_to_bind_is_told_in_a_sentence(opened: Open) -> None:
    with RefusingSmsc(0x0E) as centre:
        url = f"smpp://duban:wr0ng-pw@127.0.0.1:{centre.port}?source=10690000"
        with pytest.raises(CannotCollect, match=r"拒绝登录（0x0E）"):
            collected(opened(url))


def pdu(text: str = "", *, kind: int = 0x04, **fields: object) -> SimpleNamespace:
    empty = {"receipted_message_id": None, "message_state": None, "data_coding": 0}
    return SimpleNamespace(esm_class=kind, short_message=text.encode(), **{**empty, **fields})


@pytest.mark.parametrize(
    ("delivered", "about", "fate", "code"),
    [
        (pdu(WRITTEN.format("DELIVRD", "000")), "0A1B", Fate.DELIVERED, "DELIVRD"),
        (pdu(WRITTEN.format("UNDELIV", "012")), "0A1B", Fate.UNDELIVERED, "UNDELIV 12"),
        (pdu(WRITTEN.format("EXPIRED", "")), "0A1B", Fate.UNDELIVERED, "EXPIRED"),
        (pdu(WRITTEN.format("ENROUTE", "000"), kind=0x20), "0A1B", Fate.DELAYED, "ENROUTE"),
        (pdu(receipted_message_id=b"77\0", message_state=2), "77", Fate.DELIVERED, "DELIVRD"),
        (pdu(receipted_message_id=b"77", message_state=8), "77", Fate.UNDELIVERED, "REJECTD"),
        (pdu("id:5 stat:delivrd err:000"), "5", Fate.DELIVERED, "DELIVRD"),
        (pdu("id:5 stat:UNDELIV text:id:9 stat:DELIVRD"), "5", Fate.UNDELIVERED, "UNDELIV"),
    ],
)
def test_both_forms_of_a_receipt_are_read(
    delivered: SimpleNamespace, about: str, fate: Fate, code: str
) -> None:
    report = read_receipt(delivered)
    assert report is not None
    assert (report.about, report.fate, report.code) == (about, fate, code)


def test_the_date_of_a_receipt_is_the_centres_wall_time() -> None:
    report = read_receipt(pdu(WRITTEN.format("DELIVRD", "000")))
    assert report is not None
    assert str(report.happened_at) == "2026-11-30 09:03:00+08:00"


@pytest.mark.hostile
@pytest.mark.parametrize(
    "delivered",
    [
        pdu("收到", kind=0x00),
        pdu("id:1 stat:DELIVRD", kind=0x00),
        pdu(""),
        pdu("id: stat:DELIVRD"),
        pdu("id:1 stat:WHATEVER"),
        pdu(receipted_message_id=b"1", message_state=99),
    ],
)
def test_what_is_no_receipt_reports_nothing(delivered: SimpleNamespace) -> None:
    assert read_receipt(delivered) is None
