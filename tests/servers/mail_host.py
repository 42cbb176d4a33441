"""A mail host of one's own: Postfix takes, delivers and bounces, Dovecot lets mailboxes be read.

Both are Debian's, run from a folder of their own on ports of their own, and know one domain with a
few mailboxes. Whom Postfix does not know it finds out after it has taken the message, as with mail
that goes on to other hosts: the sender gets a bounce.
"""

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.servers.installed import answers, free_port, open_folder, program, wait_for
from tests.simulators.certificate import Certificate, self_signed

DOMAIN = "office.test"
MAILBOXES = ("bounces", "zhang.san", "li.si", "full")
PASSWORD = "letters-in-2026"
_OWNER = "nobody"


@dataclass(frozen=True, slots=True)
class MailHost:
    """A running host: where it is reached, and what has arrived."""

    folder: Path
    smtp_port: int
    imap_port: int
    smtps_port: int
    imaps_port: int
    certificate: Certificate

    @property
    def smtp_url(self) -> str:
        """Signed in, over STARTTLS."""
        return (
            f"smtp://bounces:{PASSWORD}@127.0.0.1:{self.smtp_port}?from=督办 <duban@{DOMAIN}>"
            f"&bounces=bounces@{DOMAIN}&ca={self.certificate.certificate}"
        )

    @property
    def smtps_url(self) -> str:
        """Signed in, over TLS from the first byte."""
        return self.smtp_url.replace("smtp://", "smtps://").replace(
            f":{self.smtp_port}?", f":{self.smtps_port}?"
        )

    @property
    def imaps_url(self) -> str:
        """The mailbox that bounces return to, over TLS from the first byte."""
        where = f"127.0.0.1:{self.imaps_port}/INBOX?ca={self.certificate.certificate}"
        return f"imaps://bounces:{PASSWORD}@{where}"

    @property
    def imap_starttls_url(self) -> str:
        """The same over STARTTLS."""
        where = f"127.0.0.1:{self.imap_port}/INBOX?ca={self.certificate.certificate}"
        return f"imap://bounces:{PASSWORD}@{where}"

    @property
    def imap_url(self) -> str:
        """The mailbox that bounces return to."""
        return f"imap://bounces:{PASSWORD}@127.0.0.1:{self.imap_port}/INBOX?tls=none"

    def letters(self, mailbox: str) -> list[EmailMessage]:
        """What lies in a mailbox, read from its files, oldest first."""
        files = sorted((self.folder / "mail" / mailbox).glob("[nc]*/*"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def wait_for_letters(self, mailbox: str, count: int) -> list[EmailMessage]:
        """Those letters, as soon as there are so many."""
        wait_for(lambda: len(self.letters(mailbox)) >= count, f"{count} letters for {mailbox}")
        return self.letters(mailbox)


@contextmanager
def mail_host() -> Iterator[MailHost]:
    """Start both, and stop both."""
    postfix, dovecot = program("postfix"), program("dovecot")
    with open_folder("mail") as folder:
        ports = (free_port(), free_port(), free_port(), free_port())
        host = MailHost(folder, *ports, self_signed(folder))
        _write(host)
        with _dovecot(dovecot, host), _postfix(postfix, host):
            wait_for(lambda: answers(host.smtp_port), "Postfix to listen")
            wait_for(lambda: answers(host.imap_port), "Dovecot to listen")
            yield host


@contextmanager
def _dovecot(dovecot: str, host: MailHost) -> Iterator[None]:
    # in the foreground: what it leaves behind would hold our pipes open
    command = [dovecot, "-F", "-c", str(host.folder / "dovecot.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def _postfix(postfix: str, host: MailHost) -> Iterator[None]:
    command = [postfix, "-c", str(host.folder / "postfix")]
    _run([*command, "start"], host)
    try:
        yield
    finally:
        _run([*command, "stop"], host)


def _run(command: Sequence[str], host: MailHost) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        log = host.folder / "postfix.log"
        said = log.read_text("utf-8") if log.exists() else ""
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}{said}")


def _write(host: MailHost) -> None:
    folder = host.folder
    for name in ("postfix", "spool", "data", "mail", "dovecot-run"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    owner, group = pwd.getpwnam(_OWNER), grp.getgrnam("nogroup")
    _give(folder / "mail", owner.pw_uid, group.gr_gid)
    _give(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    values = {
        "folder": folder, "domain": DOMAIN, "uid": owner.pw_uid, "gid": group.gr_gid,
        "certificate": host.certificate.certificate, "key": host.certificate.key,
        "smtp_port": host.smtp_port, "imap_port": host.imap_port, "password": PASSWORD,
        "smtps_port": host.smtps_port, "imaps_port": host.imaps_port,
    }  # fmt: skip
    (folder / "mailboxes").write_text(
        "".join(f"{name}@{DOMAIN} {name}/\n" for name in MAILBOXES), encoding="ascii"
    )
    (folder / "postfix" / "main.cf").write_text(_MAIN_CF.format(**values), encoding="ascii")
    (folder / "postfix" / "master.cf").write_text(_MASTER_CF.format(**values), encoding="ascii")
    (folder / "dovecot.conf").write_text(_DOVECOT_CONF % values, encoding="ascii")


def _give(path: Path, user: int, group: int) -> None:
    os.chown(path, user, group)


_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.{domain}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_reject_unlisted_recipient = no
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/dovecot-run/postfix-auth
smtpd_error_sleep_time = 0
"""

_MASTER_CF = """\
127.0.0.1:{smtp_port} inet n - n - - smtpd
127.0.0.1:{smtps_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

_DOVECOT_CONF = """\
base_dir = %(folder)s/dovecot-run
log_path = %(folder)s/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <%(certificate)s
ssl_key = <%(key)s
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:%(folder)s/mail/%%u
first_valid_uid = 1
passdb {
  driver = static
  args = password=%(password)s
}
userdb {
  driver = static
  args = uid=%(uid)s gid=%(gid)s home=%(folder)s/mail/%%u
}
service imap-login {
  inet_listener imap {
    port = %(imap_port)s
  }
  inet_listener imaps {
    port = %(imaps_port)s
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener postfix-auth {
    mode = 0666
  }
}
"""
