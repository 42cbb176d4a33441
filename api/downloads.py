"""Files that go out: to be saved, never to be run in our name; pictures, which we drew ourselves,
may be looked at.
"""

from pathlib import Path
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import FileResponse

_PICTURES = ("image/jpeg", "image/png", "image/webp")
"""No picture is kept as it was brought: each is drawn anew (`api.inspecting.images`)."""

_ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""What a file may do if a browser shows it after all: nothing."""


def disposition(name: str, how: str = "attachment") -> str:
    """`Content-Disposition` with a Chinese name, and one for programs that know only ASCII (RFC
    6266).
    """
    suffix = Path(name).suffix
    plain = f"file{suffix}" if suffix.isascii() and suffix[1:].isalnum() else "file"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def sent(path: Path, name: str, mime: str) -> Response:
    """A file of ours under the name it was brought with; a browser shows a picture."""
    how = "inline" if mime in _PICTURES else "attachment"
    return FileResponse(path, media_type=mime, headers=_headers(name, how))


def made(content: bytes, name: str, mime: str) -> Response:
    """What was made just now, under a name."""
    return Response(content, media_type=mime, headers=_headers(name))


def _headers(name: str, how: str = "attachment") -> dict[str, str]:
    return {
        "Content-Disposition": disposition(name, how),
        "Content-Security-Policy": _ALONE,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
