"""Kannel from Debian: its smsbox takes messages over HTTP, its bearerbox carries them on by SMPP.

It stands for the gateway many offices have: we speak HTTP to it, it speaks SMPP to a centre, and
what the centre reports comes back to us as a call of its own.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.servers.installed import answers, free_port, open_folder, program, wait_for

USER, PASSWORD = "duban", "kannel-pw"


@dataclass(frozen=True, slots=True)
class Kannel:
    """A running Kannel."""

    folder: Path
    port: int

    def url(self, receipts_at: str, token: str) -> str:
        """The URL for `open_channel`; Kannel reports to `receipts_at`/TOKEN."""
        file = self.folder / "gateway.yaml"
        file.write_text(_GATEWAY.format(receipts=f"{receipts_at}/{token}"), encoding="utf-8")
        account = f"{USER}:{quote(PASSWORD)}@127.0.0.1:{self.port}"
        return f"sms+http://{account}/cgi-bin/sendsms?gateway={file}&receipts={token}"


@contextmanager
def kannel(smpp_port: int) -> Iterator[Kannel]:
    """Start both boxes against an SMPP centre at this port, and stop them."""
    bearerbox, smsbox = program("bearerbox"), program("smsbox")
    with open_folder("kannel") as folder:
        running = Kannel(folder, free_port())
        admin, inside = free_port(), free_port()
        ports = {"admin": admin, "inside": inside, "smpp": smpp_port, "http": running.port}
        config = folder / "kannel.conf"
        config.write_text(
            _CONF.format(folder=folder, user=USER, password=PASSWORD, **ports), encoding="ascii"
        )
        with _box(bearerbox, config):
            wait_for(lambda: answers(inside), "the bearerbox to listen")
            with _box(smsbox, config):
                wait_for(lambda: answers(running.port), "the smsbox to listen")
                yield running


@contextmanager
def _box(box: str, config: Path) -> Iterator[None]:
    command = [box, "-v", "4", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_GATEWAY = """\
method: GET
fields:
  username: "{{key}}"
  password: "{{secret}}"
  from: "10690000"
  to: "{{phone}}"
  text: "{{text}}"
  coding: "2"
  charset: UTF-8
  dlr-mask: "3"
  dlr-url: "{receipts}?id={{out_id}}&state=%d"
answer:
  accepted: {{status: [202]}}
receipts: {{about: id, state: state, delivered: ["1"], undelivered: ["2", "16"]}}
"""

_CONF = """\
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = {password}
smsbox-port = {inside}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
store-type = spool
store-location = "{folder}"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = {smpp}
smsc-username = kannel
smsc-password = secret
system-type = ""
transceiver-mode = true
msg-id-type = 0
enquire-link-interval = 30

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {inside}
sendsms-port = {http}
sendsms-interface = "127.0.0.1"
global-sender = 10690000

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
max-messages = 0
text = "-"
"""
