"""Kannel: a long Chinese message goes through it whole, and its receipts come back to us."""

from urllib.parse import parse_qsl

import pytest

from notifications.channels import Envelope, Outcome, open_channel
from notifications.channels.http_gateway import HttpGatewayChannel
from notifications.channels.reporting import Fate, Report
from notifications.simulators.smpp_simulator import SmppSimulator
from tests.prefecture import NOW
from tests.servers.installed import wait_for
from tests.servers.kannel import PASSWORD, kannel
from tests.simulators.http_server import HttpServer, Reply, Request

pytestmark = [pytest.mark.notify, pytest.mark.servers]

TOKEN = "0123456789abcdef"
LONG = "【督办】" + "河道垃圾清理已逾期，请于今日办结。" * 8


class Reported(HttpServer):
    """Keeps what Kannel reports."""

    def answer(self, request: Request) -> Reply:
        return Reply(200, b"OK")


class Centre(SmppSimulator):
    """Reports texts with 退回 in them as undeliverable."""

    def state_for(self, to: str, text: str) -> str | None:
        return "UNDELIV" if "退回" in text else "DELIVRD"


def test_kannel_takes_chinese_and_reports() -> None:
    texts = {"1.1": "【督办】一件今日到期。", "1.2": LONG, "1.3": "【督办】退回"}
    with Centre() as centre, Reported() as ours, kannel(centre.port) as box:
        wait_for(lambda: centre.binds, "Kannel to bind")
        url = box.url(f"http://127.0.0.1:{ours.port}/receipts", TOKEN)
        channel = open_channel(url, now=lambda: NOW)
        assert isinstance(channel, HttpGatewayChannel)
        with channel.connect() as sender:
            receipts = [
                sender.send(Envelope(key, "13800138000", "task", {}, "", text))
                for key, text in texts.items()
            ]
        other = open_channel(url.replace(PASSWORD, "wr0ng"), now=lambda: NOW)
        with other.connect() as stranger:
            refused = stranger.send(Envelope("1.4", "13800138000", "task", {}, "", "一"))
        wait_for(lambda: len(centre.messages) == 3, "three messages at the centre")

        def reports() -> dict[str, Report]:
            read = [channel.read_receipt(dict(parse_qsl(one.query))) for one in ours.requests]
            return {one.about: one for one in read if one and one.fate is not Fate.DELAYED}

        wait_for(lambda: len(reports()) == 3, "three receipts")
        told = {about: one.fate for about, one in reports().items()}
    assert {receipt.outcome for receipt in receipts} == {Outcome.ACCEPTED}
    assert [receipt.report_ids for receipt in receipts] == [("1.1",), ("1.2",), ("1.3",)]
    assert sorted(message.text for message in centre.messages) == sorted(texts.values())
    assert told == {"1.1": Fate.DELIVERED, "1.2": Fate.DELIVERED, "1.3": Fate.UNDELIVERED}
    assert refused.outcome is Outcome.FAILED
