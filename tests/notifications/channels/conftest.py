"""What the channel tests share: a fixed clock, a message, a certificate."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notifications.channels import Channel, Envelope, open_channel
from tests.simulators.certificate import Certificate, self_signed

NOW = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def opened() -> Callable[[str], Channel]:
    """open_channel with a clock that stands still."""
    return lambda url: open_channel(url, now=lambda: NOW)


@pytest.fixture
def letter() -> Callable[..., Envelope]:
    """A message with sensible defaults."""

    def make(
        key: str = "17:3:overdue", to: str = "zhang.san@example.gov.cn", **fields: Any
    ) -> Envelope:
        defaults: dict[str, Any] = {
            "template": "overdue",
            "variables": {"headline": "河道垃圾清理", "due": "11月30日"},
            "subject": "【督办】河道垃圾清理已逾期",
            "text": "张三同志：\n河道垃圾清理已于11月30日到期。",
        }
        return Envelope(key=key, to=to, **{**defaults, **fields})

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("certificate")
    return self_signed(folder)
