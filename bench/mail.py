"""P6: digests out to a local sink over one kept connection, composed and rendered on the way.

Against it: smtplib with bytes that are ready, which is what the protocol and the sink cost, and
smtplib with a message built by EmailMessage, which is what a mail costs elsewhere. The sink is
Postfix's smtp-sink in a process of its own.
"""

import os
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from bench.report import Table
from notifications.channels import Envelope, Outcome, open_channel
from notifications.channels.mail import compose as compose_mail
from notifications.channels.mail import mailbox
from notifications.digest import compose
from notifications.rendering import Rendered, render
from workflow.engine.calendar import Calendar
from workflow.store.outgoing.folding import Item

OURS, READY = "Duban, composed and rendered", "smtplib, ready bytes"
BUILT = "smtplib, EmailMessage each time"
NOW = datetime.fromisoformat("2026-03-02T09:00+08:00")
_SENDER, _TO = "duban@example.gov.cn", "zhang.san@example.gov.cn"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int
    mails: int


FULL = Sizes(rounds=5, mails=3000)
QUICK = Sizes(rounds=1, mails=200)


def run(calendar: Calendar, sizes: Sizes) -> Table:
    """The comparison."""
    table = Table("Digests to smtp-sink, one connection", "mails/s")
    ready = _ready(calendar)
    with _sink() as port:
        runners: dict[str, Callable[[int], None]] = {
            OURS: lambda mails: _ours(port, calendar, mails),
            READY: lambda mails: _with_smtplib(port, mails, lambda: ready),
            BUILT: lambda mails: _with_smtplib(port, mails, lambda: _built(calendar)),
        }
        for runner in runners.values():
            runner(50)  # templates are compiled once, as in a worker
        for _ in range(sizes.rounds):
            for name, runner in runners.items():
                began = time.perf_counter()
                runner(sizes.mails)
                rate = sizes.mails / (time.perf_counter() - began)
                table.rounds.setdefault(name, []).append(rate)
    table.goal(READY, 0.5)
    table.notes += [
        f"a mail is a digest of {len(_items(0))} cases in four sections, {len(ready):,} bytes,"
        " text and HTML",
        "ours reads limits and sorts the cases into sections, fills the templates, puts the mail"
        " together and leads the dialogue command by command; the outbox is P1's and P2's matter",
    ]
    return table


def _ours(port: int, calendar: Calendar, mails: int) -> None:
    channel = open_channel(f"smtp://127.0.0.1:{port}?from=督办 <{_SENDER}>", now=lambda: NOW)
    with channel.connect() as sender:
        for number in range(mails):
            receipt = sender.send(_envelope(calendar, number))
            assert receipt.outcome is Outcome.ACCEPTED, receipt.detail


def _with_smtplib(port: int, mails: int, message: Callable[[], bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, "[127.0.0.1]") as smtp:
        for _ in range(mails):
            smtp.sendmail(_SENDER, [_TO], message())


def _rendered(calendar: Calendar, number: int) -> Rendered:
    digest = compose(_items(number), calendar, NOW, "https://duban.example.gov.cn")
    variables = {"person": "张三", **digest.variables}
    link = "https://duban.example.gov.cn/"
    return render("digest", "email", variables, link, sections=digest.sections)


def _envelope(calendar: Calendar, number: int) -> Envelope:
    mail = _rendered(calendar, number)
    key = f"digest:{number}:email:2026-03-02"
    return Envelope(key, _TO, "digest", {}, mail.subject, mail.text, mail.html)


def _ready(calendar: Calendar) -> bytes:
    return compose_mail(_envelope(calendar, 1), mailbox(_SENDER), mailbox(_TO), NOW)


def _built(calendar: Calendar) -> bytes:
    mail = _rendered(calendar, 1)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = _SENDER, _TO, mail.subject
    message.set_content(mail.text)
    message.add_alternative(mail.html or "", subtype="html")
    return message.as_bytes()


def _items(number: int) -> Sequence[Item]:
    """Cases late, due today, due this week and news."""
    dues = (timedelta(days=-2), timedelta(hours=15), timedelta(days=3), None)
    return [
        Item(
            case=number * 10 + place, template="reminder" if due else "told", moved_on=False,
            variables=_variables(place), unit="望谟县",
            due_at=NOW + due if due is not None else None,
        )
        for place, due in enumerate(dues)
    ]  # fmt: skip


def _variables(place: int) -> dict[str, str]:
    return {
        "number": f"问题整改〔2026〕{place}号", "headline": "者楼街道部分村组饮水管网漏损严重",
        "state": "整改中", "what": "退回补正", "due": "", "why": "",
    }  # fmt: skip


@contextmanager
def _sink() -> Iterator[int]:
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if program is None:
        raise SystemExit("bench: smtp-sink is not installed; run, as root: ./dev servers")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    account = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    with subprocess.Popen([program, *account, f"127.0.0.1:{port}", "128"]) as sink:
        try:
            _wait_until_it_answers(port)
            yield port
        finally:
            sink.terminate()


def _wait_until_it_answers(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit("bench: smtp-sink does not answer")
