"""T10: twenty urgent messages through each of many faults, over real sockets, by every channel.

One table says for each script what the first round must tell apart and how the messages end.
Whatever happens, every message ends, none is lost, and what counts as sent has arrived; a message
arrives twice only where nobody could know that it had arrived once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifications.channels import Channel, Outcome, open_channel
from notifications.channels.reporting import Fate
from notifications.collecting import collect_reports
from notifications.delivery import deliver_due
from notifications.simulators.smpp_simulator import SmppSimulator
from tests.notifications.conftest import Desk
from tests.prefecture import NOW, Prefecture
from tests.simulators.faulty_smsc import CUT, FINE, SILENCE, FaultySmsc
from tests.simulators.faulty_smtp import DROP, HANG, KEEP_AND_DROP, FaultySmtp
from tests.simulators.hanging import time_outs_without_waiting
from tests.simulators.http_server import HANGS, Reply
from tests.simulators.patience import until_all_is_said
from tests.simulators.sms_clouds import (
    AliyunSms,
    TencentSms,
    aliyun_code,
    tencent_sent,
)
from tests.simulators.sms_gateway_server import SmsGatewayServer
from workflow.catalog import Catalog
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.outgoing import reports
from workflow.store.outgoing.messages import failures

pytestmark = pytest.mark.notify

MESSAGES = 20
Arrived = Callable[[], list[str]]
Server = Callable[[Path], AbstractContextManager[tuple[str, Arrived]]]
ACCEPTED, REFUSED, THROTTLED, FAILED, AMBIGUOUS = (
    Outcome.ACCEPTED, Outcome.REFUSED, Outcome.THROTTLED, Outcome.FAILED, Outcome.AMBIGUOUS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Script:
    """A fault: who misbehaves how, what the first round shows, how many are given up."""

    name: str
    way: str
    server: Server
    first: Mapping[str, int]
    dead: int = 0
    twice: int = 0
    """How many may have arrived a second time."""


def mail(**faults: Sequence[str]) -> Server:
    @contextmanager
    def serve(folder: Path) -> Iterator[tuple[str, Arrived]]:
        with FaultySmtp(faults) as server:
            yield server.url, lambda: [one.message_id for one in server.messages]

    return serve


def smsc(*statuses: int | None) -> Server:
    @contextmanager
    def serve(folder: Path) -> Iterator[tuple[str, Arrived]]:
        with FaultySmsc(statuses) as server:
            yield server.url, lambda: [one.text for one in server.messages]

    return serve


def gateway(*replies: Reply) -> Server:
    @contextmanager
    def serve(folder: Path) -> Iterator[tuple[str, Arrived]]:
        with SmsGatewayServer(replies) as server:
            yield server.url(folder), lambda: [one["out_id"] for one in server.messages]

    return serve


def cloud(kind: type[AliyunSms] | type[TencentSms], *replies: Reply) -> Server:
    @contextmanager
    def serve(folder: Path) -> Iterator[tuple[str, Arrived]]:
        file = folder / "sms.yaml"
        text = "${name}，${due}" if kind is AliyunSms else "{1}，{2}"
        entry = f"{{id: SMS_1, text: '{text}', variables: {{name: headline, due: due}}}}"
        file.write_text(
            f"signature: 督办\ntemplates: {{overdue: {entry}}}\n",
            encoding="utf-8",
        )
        with kind(*replies) as server:
            yield (
                f"{server.url}&templates={file}",
                lambda: [one.get("OutId") or one["SessionContext"] for one in server.messages],
            )

    return serve


BUSY, LIMIT = "450 4.2.0 busy", "452 4.5.3 too many messages"
NOBODY, POLICY = "550 5.1.1 no such user", "554 5.7.1 refused by policy"
CLOSING, CHINESE = "421 4.3.2 closing", "550 5.1.1 收件人不存在"

SCRIPTS = [
    # Mail
    Script("mail fine", "email", mail(), {ACCEPTED: 20}),
    Script("mail one of n refused", "email", mail(RCPT=["", "", NOBODY]),
           {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("mail greylisted", "email", mail(RCPT=[BUSY] * 20), {FAILED: 20}),
    Script("mail 451 at the content", "email", mail(DATA=["451 4.3.0 later"] * 3),
           {FAILED: 3, ACCEPTED: 17}),
    Script("mail 452 too many", "email", mail(RCPT=["", *[LIMIT] * 4]),
           {THROTTLED: 4, ACCEPTED: 16}),
    Script("mail 421 at the sender", "email", mail(MAIL=["", CLOSING]), {ACCEPTED: 20}),
    Script("mail 421 at the first", "email", mail(MAIL=[CLOSING]), {FAILED: 1, ACCEPTED: 19}),
    Script("mail 554 at the content", "email", mail(DATA=["", POLICY]),
           {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("mail 552 too large", "email", mail(DATA=["552 5.3.4 too large"]),
           {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("mail sender not allowed", "email", mail(MAIL=["550 5.7.1 not you"] * 20),
           {FAILED: 20}),
    Script("mail refused in Chinese", "email", mail(RCPT=[CHINESE]),
           {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("mail dropped before the recipient", "email", mail(RCPT=[DROP]),
           {FAILED: 1, ACCEPTED: 19}),
    Script("mail dropped at the content", "email", mail(DATA=[DROP]),
           {AMBIGUOUS: 1, ACCEPTED: 19}),
    Script("mail kept, then dropped", "email", mail(DATA=["", KEEP_AND_DROP, KEEP_AND_DROP]),
           {AMBIGUOUS: 2, ACCEPTED: 18}, twice=2),
    Script("mail hangs at the recipient", "email", mail(RCPT=[HANG]), {FAILED: 20}),
    Script("mail hangs on a kept connection", "email", mail(RCPT=["", HANG]), {ACCEPTED: 20}),
    Script("mail hangs after the content", "email", mail(DATA=["", HANG]),
           {AMBIGUOUS: 1, FAILED: 18, ACCEPTED: 1}),
    Script("mail answers what nobody understands", "email", mail(DATA=["399 hm"]),
           {AMBIGUOUS: 1, ACCEPTED: 19}),
    # SMPP
    Script("smpp fine", "sms", smsc(), {ACCEPTED: 20}),
    Script("smpp throttled", "sms", smsc(FINE, 0x58, 0x58), {ACCEPTED: 18, THROTTLED: 2}),
    Script("smpp queue full", "sms", smsc(*[0x14] * 20), {THROTTLED: 20}),
    Script("smpp bad number", "sms", smsc(0x0B), {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("smpp system error", "sms", smsc(0x08, 0x08), {ACCEPTED: 18, FAILED: 2}),
    Script("smpp code nobody knows", "sms", smsc(0x4FF), {ACCEPTED: 19, FAILED: 1}),
    Script("smpp cut", "sms", smsc(FINE, CUT), {AMBIGUOUS: 1, ACCEPTED: 19}),
    Script("smpp silent", "sms", smsc(SILENCE), {AMBIGUOUS: 1, FAILED: 19}),
    # A gateway of its own
    Script("gateway fine", "sms", gateway(), {ACCEPTED: 20}),
    Script("gateway 429", "sms", gateway(*[Reply(429, headers={"Retry-After": "60"})] * 5),
           {THROTTLED: 5, ACCEPTED: 15}),
    Script("gateway limit", "sms", gateway(*[Reply(200, {"code": "LIMIT"})] * 20),
           {THROTTLED: 20}),
    Script("gateway bad number", "sms", gateway(Reply(200, {"code": "NUMBER"})),
           {ACCEPTED: 19, REFUSED: 1}, dead=1),
    Script("gateway down", "sms", gateway(*[Reply(503)] * 20), {FAILED: 20}),
    Script("gateway drops", "sms", gateway(Reply(0)), {AMBIGUOUS: 1, ACCEPTED: 19}),
    Script("gateway talks nonsense", "sms", gateway(Reply(200, b"<html>")),
           {AMBIGUOUS: 1, ACCEPTED: 19}),
    Script("gateway hangs", "sms", gateway(Reply(HANGS)),
           {AMBIGUOUS: 1, FAILED: 19}),
    # Clouds
    Script("aliyun limit", "sms",
           cloud(AliyunSms, *[aliyun_code("isv.BUSINESS_LIMIT_CONTROL")] * 3),
           {THROTTLED: 3, ACCEPTED: 17}),
    Script("aliyun number", "sms", cloud(AliyunSms, aliyun_code("isv.MOBILE_NUMBER_ILLEGAL")),
           {REFUSED: 1, ACCEPTED: 19}, dead=1),
    Script("aliyun drops", "sms", cloud(AliyunSms, Reply(0)), {AMBIGUOUS: 1, FAILED: 19}),
    Script("tencent limit", "sms",
           cloud(TencentSms, *[tencent_sent("LimitExceeded.PhoneNumberDailyLimit", "…")] * 20),
           {THROTTLED: 20}),
    Script("tencent without credit", "sms",
           cloud(TencentSms, tencent_sent("FailedOperation.InsufficientBalanceInSmsPackage", "…")),
           {FAILED: 1, ACCEPTED: 19}),
]  # fmt: skip


@dataclass(slots=True)
class Run:
    """The messages of one script on their way."""

    desk: Desk
    calendar: Calendar
    way: str
    channel: Channel
    now: datetime = NOW
    ids: list[int] = field(default_factory=list)

    def owe(self) -> None:
        to = {"email": "a@example.gov.cn", "phone": "13800138000"}
        self.desk.change_person("wangmo.liaison", **to)
        case = self.desk.case()
        for number in range(MESSAGES):
            # short enough for one part, so that a status is about one message
            variables = {"headline": f"第{number:02d}件🎉", "why": "", "number": "…"}
            self.ids.append(
                self.desk.owe(
                    way=self.way, case=case, seq=number + 1, template="overdue",
                    urgency="urgent", variables=variables,
                )
            )  # fmt: skip

    def round(self) -> None:
        ways = {self.way: self.channel}
        while deliver_due(self.desk.database, ways, self.calendar, self.now).leased:
            pass

    def outcomes(self) -> Counter[str]:
        return Counter(self.desk.row(one)["outcome"] for one in self.ids)

    def until_all_have_ended(self) -> int:
        """Go from one waking to the next; how many there were."""
        for wakings in range(40):
            waiting = [row["wake_at"] for one in self.ids if (row := self.desk.row(one))["wake_at"]]
            if not waiting:
                return wakings
            self.now = max(min(waiting), self.now + timedelta(seconds=1))
            self.round()
        raise AssertionError("some message never ends")


@pytest.fixture
def sqlite_desk(sqlite_database: Database) -> Desk:
    return Desk(sqlite_database, Prefecture(sqlite_database))


@pytest.fixture
def calendar(sqlite_database: Database) -> Calendar:
    return Catalog(sqlite_database).calendar


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_outcome_is_told_apart_and_nothing_is_lost(
    sqlite_desk: Desk, calendar: Calendar, tmp_path: Path, script: Script
) -> None:
    with time_outs_without_waiting(), script.server(tmp_path) as (url, arrived):
        channel = open_channel(url, now=lambda: NOW)
        run = Run(sqlite_desk, calendar, script.way, channel)
        run.owe()
        run.round()
        assert run.outcomes() == Counter(script.first)
        with sqlite_desk.database.reading() as connection:
            seen = len(failures(connection, reader=None))
        assert seen == script.dead  # what is given up is on its page within one sweep
        run.until_all_have_ended()
        copies = Counter(arrived())
    ends = Counter(sqlite_desk.row(one)["status"] for one in run.ids)
    wanted = {"sent": MESSAGES - script.dead, "dead": script.dead}
    assert ends == Counter({end: count for end, count in wanted.items() if count})
    assert len(copies) == MESSAGES - script.dead
    assert copies.total() - len(copies) == script.twice
    print(f"figure: t10_{script.name.replace(' ', '_')}_copies = {copies.total()}")


def test_there_are_enough_scripts() -> None:
    assert len(SCRIPTS) >= 30
    assert all(sum(script.first.values()) == MESSAGES for script in SCRIPTS)
    print(f"figure: t10_scripts = {len(SCRIPTS)}")
    print(f"figure: t10_messages = {len(SCRIPTS) * MESSAGES}")


class RepeatingSmsc(SmppSimulator):
    """Delivers every receipt twice, and a contrary one after it."""

    def state_for(self, to: str, text: str) -> str | None:
        return "DELIVRD"

    def repeat_receipts(self) -> None:
        for receipt in list(self._receipts):
            text = receipt["short_message"].replace(b"DELIVRD", b"UNDELIV")
            self._receipts.extend([receipt, {**receipt, "short_message": text}])


def test_a_receipt_that_comes_again_or_contradicts_changes_nothing(
    sqlite_desk: Desk, calendar: Calendar
) -> None:
    with RepeatingSmsc() as centre:
        channel = open_channel(centre.url, now=lambda: NOW)
        run = Run(sqlite_desk, calendar, "sms", channel)
        run.owe()
        run.round()
        centre.repeat_receipts()
        with until_all_is_said(lambda: centre.receipts_waiting):
            heard = collect_reports(sqlite_desk.database, {"sms": [channel]}, lambda: NOW)
    assert heard.reports == 2 * MESSAGES  # delivered and undelivered, each once
    with sqlite_desk.database.reading() as connection:
        stories = reports.stories(connection, run.ids)
    assert Counter(story.fate for story in stories.values()) == Counter({Fate.DELIVERED: MESSAGES})
