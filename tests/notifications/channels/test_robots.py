"""Chat robots over real sockets: what is sent is held against the providers' own rules."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from notifications.channels import Channel, Envelope, Outcome, Receipt, UnknownChannel
from notifications.channels.robots import MORE, ROBOTS
from tests.notifications.channels.conftest import NOW
from tests.simulators.chat_robots import KEY, ChatRobots
from tests.simulators.hanging import time_outs_without_waiting
from tests.simulators.http_server import HANGS, Reply

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
Letter = Callable[..., Envelope]
SECRET = "SECe9f8a7-不外传"
PROVIDERS = tuple(ROBOTS)


def send(channel: Channel, *letters: Envelope) -> list[Receipt]:
    with channel.connect() as sender:
        return [sender.send(one) for one in letters]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("secret", ["", SECRET])
def test_a_message_is_taken_by_the_provider_s_own_rules(
    opened: Open, letter: Letter, provider: str, secret: str
) -> None:
    with ChatRobots(lambda: NOW, secret=secret if provider != "wecom" else "") as robots:
        to = f"{provider}:{KEY}"
        [receipt] = send(opened(robots.url), letter(to=to, text="**张三**同志", secret=secret))
        [said] = robots.messages
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert "**张三**同志" in said.text
    assert "【督办】河道垃圾清理已逾期" in f"{said.title}{said.text}"
    assert SECRET not in repr(receipt)


@pytest.mark.parametrize(
    ("to", "secret"),
    [("wecom:another-key", ""), ("dingtalk:another-key", SECRET), ("feishu:another-key", SECRET),
     (f"dingtalk:{KEY}", "wrong"), (f"feishu:{KEY}", "wrong"), (f"dingtalk:{KEY}", ""),
     ("telegram:another-key", "")],
)  # fmt: skip
def test_a_bad_key_or_secret_is_refused_for_good_although_http_says_200(
    opened: Open, letter: Letter, to: str, secret: str
) -> None:
    with ChatRobots(lambda: NOW, secret=SECRET) as robots:
        [receipt] = send(opened(robots.url), letter(to=to, secret=secret))
    assert receipt.outcome is Outcome.REFUSED, receipt
    assert robots.messages == []
    assert KEY not in receipt.detail
    assert "another-key" not in receipt.detail


F, A, T = Outcome.FAILED, Outcome.AMBIGUOUS, Outcome.THROTTLED


@pytest.mark.parametrize(
    ("provider", "reply", "outcome", "minutes"),
    [
        ("wecom", Reply(200, {"errcode": 45009, "errmsg": "api freq out of limit"}), T, 1),
        ("dingtalk", Reply(200, {"errcode": 130101, "errmsg": "send too fast"}), T, 10),
        ("feishu", Reply(200, {"code": 11232, "msg": "frequency limited"}), T, 1),
        ("feishu", Reply(429), T, 1),
        ("wecom", Reply(200, {"errcode": -1, "errmsg": "system busy"}), F, None),
        ("dingtalk", Reply(200, {"errcode": 987654, "errmsg": "?"}), F, None),
        ("wecom", Reply(404, b"<html>"), F, None),
        ("feishu", Reply(503), F, None),
        ("wecom", Reply(504), A, None),
        ("wecom", Reply(200, b"<html>a proxy's page"), A, None),
        ("feishu", Reply(200, {"code": True}), A, None),
        ("dingtalk", Reply(200, b"[" * 100_000), A, None),
        ("dingtalk", Reply(0), A, None),
    ],
)
def test_every_answer_has_its_outcome(
    opened: Open, letter: Letter, provider: str, reply: Reply, outcome: Outcome,
    minutes: int | None,
) -> None:  # fmt: skip
    with ChatRobots(lambda: NOW, [reply]) as robots:
        [receipt] = send(opened(robots.url), letter(to=f"{provider}:{KEY}"))
    wait = None if minutes is None else timedelta(minutes=minutes)
    assert (receipt.outcome, receipt.retry_after) == (outcome, wait), receipt


def test_a_robot_that_asks_to_wait_is_left_alone_and_the_others_go_on(
    opened: Open, letter: Letter
) -> None:
    slow, other = f"wecom:{KEY}", f"feishu:{KEY}"
    limit = Reply(200, {"errcode": 45009, "errmsg": "api freq out of limit"})
    with ChatRobots(lambda: NOW, [limit]) as robots:
        receipts = send(opened(robots.url), *(letter(to=to) for to in (slow, slow, other, slow)))
    assert [one.outcome for one in receipts] == [T, T, Outcome.ACCEPTED, T]
    assert len(robots.requests) == 2


def test_a_provider_that_hangs_costs_a_batch_one_timeout_and_one_doubt(
    opened: Open, letter: Letter
) -> None:
    with time_outs_without_waiting(), ChatRobots(lambda: NOW, [Reply(HANGS)]) as robots:
        receipts = send(opened(robots.url), *[letter(to=f"dingtalk:{KEY}")] * 3)
    assert [one.outcome for one in receipts] == [A, F, F]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_long_digest_is_cut_at_a_line_within_the_provider_s_limit(
    opened: Open, letter: Letter, provider: str
) -> None:
    text = "\n".join(f"{n}. 者楼街道部分村组饮水管网漏损严重，还剩 3 个工作日" for n in range(500))
    with ChatRobots(lambda: NOW, secret="") as robots:
        [receipt] = send(opened(robots.url), letter(to=f"{provider}:{KEY}", text=text))
        [said] = robots.messages
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    lines = [line.strip() for line in said.text.split("\n")]
    assert lines[-1] == MORE
    assert lines[-2].endswith("还剩 3 个工作日")
    assert "0. 者楼街道" in said.text


@pytest.mark.parametrize(
    "url",
    ["robots:?wecom=qyapi", "robots:?telegram=https://t.me", "robots://host", "robots:?ca=/no/file",
     "robots:?feishu=https://u:p@host", "robots:?dingtalk=https://[bad"],
)  # fmt: skip
def test_a_url_that_is_not_understood_is_refused(opened: Open, url: str) -> None:
    with pytest.raises(UnknownChannel):
        opened(url)
