"""Waiting for receipts of short messages as long as there are any, not for a second of silence."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from notifications.channels.line import has_news

_LOOK_AGAIN_SECONDS = 0.01


@contextmanager
def until_all_is_said(waiting: Callable[[], int]) -> Iterator[None]:
    """While this lasts, who listens hears everything that waits, and then nothing at once.

    `waiting` says how many receipts nobody has acknowledged yet.
    """

    def listen(sock: socket.socket, seconds: float = 0) -> bool:
        while seconds and not has_news(sock, _LOOK_AGAIN_SECONDS):
            if not waiting():
                break
        return has_news(sock)

    with patch("notifications.channels.smpp_session.has_news", listen):
        yield
