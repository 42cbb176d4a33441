"""Opening a channel by its URL, counting short messages, and what must never leak."""

import ast
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import notifications.channels
from notifications.channels import (
    CHANNELS,
    Channel,
    Envelope,
    Outcome,
    UnknownChannel,
    count_parts,
    written,
)
from notifications.channels.sms_parts import split_parts

pytestmark = pytest.mark.notify

Open = Callable[[str], Channel]
SECRET = "s3cr3t"


@pytest.mark.hostile
@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "ftp://a:s3cr3t@host",
        "smtp://?from=a@b.cn",
        "smtp://u:s3cr3t@host",
        "smtp://u:s3cr3t@host?from=督办",
        "smtp://u:s3cr3t@host?from=a@b.cn&tls=maybe",
        "smtp://u:s3cr3t@host?from=a@b.cn&form=x",
        "smtp://u:s3cr3t@host?from=a@b.cn&from=c@d.cn",
        "smtp://u:s3cr3t@host?from=a@b.cn&timeout=soon",
        "smtp://u:s3cr3t@host?from=a@b.cn&timeout=nan",
        "smtp://u:s3cr3t@host?from=a@b.cn&timeout=-1",
        "smtp://u:s3cr3t@host?from=a@b.cn&timeout=61",
        "smtp://u:s3cr3t@host?from=a@b.cn&tls=starttls&ca=/nowhere.pem",
        "smtp://u:pa/s3cr3t@host?from=a@b.cn",
        "smtp://u:pa#s3cr3t@host?from=a@b.cn",
        "smtp://u:[s3cr3t@host?from=a@b.cn",
        "smtp://u:s3cr3t@host:99999?from=a@b.cn",
        "smtp://u:s3cr3t@host\n?from=a@b.cn",
        "smtp://u:s3cr3t@a..b?from=a@b.cn",
        "smtp://u:s3cr3t@host?from=a@b.cn%0D%0ABcc:c@d.cn",
        "smtps://u:s3cr3t@host?from=a@b.cn&tls=none",
        "smpp://u:s3cr3t@host",
        "smpp://u@host?source=1",
        "smpp://u:longer-s3cr3t@host?source=1",
        "smpp://u:口令s3cr3t@host?source=1",
        "sms+http://host/?gateway=/x",
        "sms+http://u:s3cr3t@host/",
        "sms+http://u:s3cr3t@host/?gateway=/nowhere.yaml",
    ],
)
def test_a_bad_url_is_refused_with_one_sentence_that_keeps_the_password(
    opened: Open, url: str
) -> None:
    with pytest.raises(UnknownChannel) as refusal:
        opened(url)
    sentence = str(refusal.value)
    assert all(written(scheme) in sentence for scheme in CHANNELS)
    assert SECRET not in sentence
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("smtp://host?from=督办 <a+b@c.cn>", "smtp"),
        ("smtp://u:s3cr3t@[::1]:2525?from=a@b.cn&tls=none&timeout=5", "smtp"),
        ("smtps://u:s3cr3t@host?from=a@b.cn", "smtp"),
        ("smpp://u:s3cr3t@host?source=10690000", "smpp"),
    ],
)
def test_a_channel_has_a_name_and_does_not_show_its_password(
    opened: Open, url: str, name: str
) -> None:
    channel = opened(url)
    assert channel.name == name
    assert SECRET not in repr(channel)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("督" * 70, 1),
        ("督" * 71, 2),
        ("督" * 134, 2),
        ("督" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 69 + "督", 1),
        ("a" * 70 + "督", 2),
        ("a" * 71 + "@", 2),  # ASCII, but not the same in the GSM alphabet
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
        ("🎉" * 66, 2),  # 33 emoji and half a place left over in each part
        ("🎉" * 67, 3),
    ],
)
def test_parts_are_counted_in_utf_16_units(text: str, parts: int) -> None:
    assert count_parts(text) == parts


@pytest.mark.parametrize("shift", range(3))
def test_no_character_is_cut_in_half_and_none_is_lost(shift: int) -> None:
    text = "督" * shift + "🎉𠮷办" * 100
    parts = split_parts(text)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-be")) <= 134 for part in parts)


def test_every_channel_file_that_opens_a_line_is_listed() -> None:
    folder = Path(notifications.channels.__file__).parent
    found = {
        node.name
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith("Channel")
    }
    opened_by = {opener.__name__ for opener in CHANNELS.values()}
    assert found - {"Channel", "UnknownChannel"} == opened_by


def test_opening_channels_does_not_import_what_only_one_of_them_needs() -> None:
    code = "import sys, notifications.channels; print({'smpplib', 'aiosmtpd'} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "url",
    ["smtp://{}?from=a@b.cn&timeout=0.05", "smpp://u:p@{}?source=10690000&timeout=0.05"],
)
def test_whoever_never_says_a_word_is_given_up_by_the_clock(
    opened: Open, letter: Callable[..., Envelope], url: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        with opened(url.format(f"{host}:{port}")).connect() as sender:
            to = "a@example.gov.cn" if url.startswith("smtp") else "13800138000"
            receipt = sender.send(letter(to=to))
    assert (receipt.outcome, "超时" in receipt.detail) == (Outcome.FAILED, True), receipt
