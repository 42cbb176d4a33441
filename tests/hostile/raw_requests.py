"""Requests that are hostile by their form: headers, bodies, parts, paths, ways in."""

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from http.client import HTTPResponse
from typing import Any

from httpx2 import Response

from tests.api.callers import API, opening
from tests.api.files import picture
from tests.api.pages.page import Page
from tests.hostile.corpus import TAKEN, Desk, Hostile, as_attachment

_OPENED = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
_JSON = {"Content-Type": "application/json"}
MB = 1024 * 1024


def wire(desk: Desk, *pieces: bytes | Iterable[bytes], patience: float = 20.0) -> Response:
    """What comes back on a connection of one's own; 0 where it is closed without a word."""
    with closing(socket.create_connection(("127.0.0.1", desk.port), timeout=patience)) as line:
        try:
            for piece in pieces:
                for part in [piece] if isinstance(piece, bytes) else piece:
                    line.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered and reads no more
        answer = HTTPResponse(line)
        try:
            answer.begin()
            return Response(answer.status, content=answer.read(), headers=dict(answer.getheaders()))
        except (ConnectionResetError, OSError, ValueError):
            return Response(444)
        except Exception as error:  # http.client's own: nothing that is HTTP came back
            return Response(444, text=type(error).__name__)


def _head(desk: Desk, line: bytes, *headers: bytes, end: bytes = b"\r\n") -> bytes:
    token = desk.specialist.headers["Authorization"].encode()
    always = (b"Host: 127.0.0.1", b"Authorization: " + token, b"Connection: close")
    return end.join((line, *always, *headers, b"", b""))


def _raw(line: bytes, *headers: bytes, body: bytes = b"") -> Callable[[Desk], Response]:
    return lambda desk: wire(desk, _head(desk, line, *headers), body)


def _long(line: bytes, *headers: bytes, size: int) -> Callable[[Desk], Response]:
    """A body that goes on and on, in pieces with their lengths."""

    def pieces() -> Iterator[bytes]:
        yield b"%x\r\n%s\r\n" % (len(_OPENED), _OPENED)
        for _ in range(size // MB):
            yield b"100000\r\n" + b"x" * MB + b"\r\n"
        yield b"0\r\n\r\n"

    return lambda desk: wire(
        desk, _head(desk, line, b"Transfer-Encoding: chunked", *headers), pieces()
    )


def _posted(path: str, content: bytes, **headers: str) -> Callable[[Desk], Response]:
    given = _JSON | {name.replace("_", "-"): value for name, value in headers.items()}

    def send(desk: Desk) -> Response:
        who = desk.specialist
        return who.client.post(API + path, content=content, headers=who.headers | given)

    return send


def _deep(opening_sign: str, times: int) -> bytes:
    return json.dumps(opening(description="HERE")).replace('"HERE"', opening_sign * times).encode()


BODIES: dict[str, tuple[Callable[[Desk], Response], str]] = {
    "100,000 brackets": (_posted("/cases", b"[" * 100_000), "bad_request|bad_json"),
    "100,000 braces": (_posted("/cases", b'{"a":' * 100_000), "bad_request|bad_json"),
    "200,000 brackets in a fact": (_posted("/cases", _deep("[", 200_000)), "bad_request|bad_json"),
    "100,000 keys": (
        _posted("/cases", json.dumps({f"k{n}": n for n in range(50_000)}).encode()),
        "invalid_input"),
    "a key twice": (
        _posted("/cases", b'{"workflow": "x", "workflow": "rectification"}'), "invalid_input"),
    "NaN": (_posted("/cases", b'{"workflow": NaN}'), "invalid_input|bad_json"),
    "no UTF-8": (_posted("/cases", b'{"workflow": "\xff\xfe"}'), "bad_json|bad_request"),
    "UTF-16": (_posted("/cases", '{"workflow": "x"}'.encode("utf-16")), "bad_json|invalid_input"),
    "UTF-32": (_posted("/cases", '{"workflow": "x"}'.encode("utf-32")), "bad_json|invalid_input"),
    "a mark of order": (_posted("/cases", b"\xef\xbb\xbf{}"), "bad_json|invalid_input|bad_request"),
    "another type": (_posted("/cases", b"{}", Content_Type="text/xml"), "invalid_input"),
    "a type of 60,000 letters": (
        _posted("/cases", b"{}", Content_Type="application/" + "x" * 20_000), "invalid_input"),
    "a type without a boundary": (
        _posted("/attachments", b"x", Content_Type="multipart/form-data"),
        "bad_request|invalid_input"),
    "packed": (_posted("/cases", b"\x1f\x8b\x08", Content_Encoding="gzip"), "bad_json|bad_request"),
    "200 MB in pieces": (
        _long(b"POST /api/v1/cases HTTP/1.1", b"Content-Type: application/json", size=200 * MB),
        "too_large"),
    "200 MB of a form": (
        _long(b"POST /cases/1/events HTTP/1.1",
              b"Content-Type: application/x-www-form-urlencoded", size=200 * MB), ""),
    "200 MB of a file": (
        _long(b"POST /api/v1/attachments HTTP/1.1",
              b"Content-Type: multipart/form-data; boundary=x", size=200 * MB), "too_large"),
    "a length of 10¹⁸": (
        _raw(b"POST /api/v1/cases HTTP/1.1", b"Content-Length: 1000000000000000000"), "too_large"),
    "a length below nothing": (_raw(b"POST /api/v1/cases HTTP/1.1", b"Content-Length: -1"), ""),
    "two lengths": (
        _raw(b"POST /api/v1/cases HTTP/1.1", b"Content-Length: 0", b"Content-Length: 5"), ""),
    "a length and pieces": (
        _raw(b"POST /api/v1/cases HTTP/1.1", b"Content-Length: 4", b"Transfer-Encoding: chunked",
             body=b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n"), "|invalid_input"),
    "pieces of no length": (
        _raw(b"POST /api/v1/cases HTTP/1.1", b"Transfer-Encoding: chunked", body=b"zz\r\nx"), ""),
    "pieces by another name": (
        _raw(b"POST /api/v1/cases HTTP/1.1", b"Transfer-Encoding: xchunked"), "|invalid_input"),
}  # fmt: skip


def _get(path: str, *headers: bytes) -> Callable[[Desk], Response]:
    return _raw(b"GET " + path.encode() + b" HTTP/1.1", *headers)


_SHEET = "/static/duban.css"

LINES: dict[str, tuple[Callable[[Desk], Response], str]] = {
    "the style sheet": (_get(_SHEET), TAKEN),  # or what is asked of it below would ask nothing
    "a path of 8,000 letters": (_get("/" + "a" * 8000), ""),
    "a path of 200,000 letters": (_get("/" + "a" * 200_000), ""),
    "a path that climbs": (_get("/static/../../../../etc/passwd"), ""),
    "a path that climbs, encoded": (_get("/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), ""),
    "a path that climbs, encoded twice": (_get("/static/%252e%252e%252fetc%252fpasswd"), ""),
    "a path that climbs by back slashes": (_get("/static/..%5c..%5capp.py"), ""),
    "a path from the root": (_get("/static//etc/passwd"), ""),
    "a path with a NUL": (_get(f"{_SHEET}%00.png"), ""),
    "a path of no UTF-8": (_get("/cases/%ff%fe"), ""),
    "a path of half a character": (_get("/cases/%ed%a0%80"), ""),
    "a path to another host": (_get("http://10.0.0.1/"), ""),
    "a path with two slashes": (_get("//10.0.0.1/cases"), ""),
    "a path with a point": (_get("/./cases/./1"), ""),
    "a path with a semicolon": (_get("/cases/1;jsessionid=1"), ""),
    "a query of 60,000 letters": (_get("/api/v1/cases?state=" + "a" * 60_000), "|invalid_input"),
    "10,000 parameters": (
        _get("/api/v1/cases?" + "&".join(["a=1"] * 10_000)), "|invalid_input|taken"),
    "a query of broken escapes": (_get("/api/v1/cases?state=%%%zz%u0041"), "|invalid_input"),
    "a method of its own": (_raw(b"DUBAN / HTTP/1.1"), ""),
    "TRACE": (_raw(b"TRACE / HTTP/1.1"), ""),
    "CONNECT": (_raw(b"CONNECT 10.0.0.1:80 HTTP/1.1"), ""),
    "another method by a header": (
        _get("/api/v1/cases", b"X-HTTP-Method-Override: DELETE"), TAKEN),
    "HTTP 9": (_raw(b"GET / HTTP/9.9"), ""),
    "no HTTP": (lambda desk: wire(desk, b"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n"), ""),
    "a header of 200,000 letters": (_get("/", b"X-A: " + b"a" * 200_000), ""),
    "10,000 headers": (_get("/", *[b"X-A: a"] * 10_000), f"|{TAKEN}"),
    "a header with a return": (_get("/api/v1/me", b"X-A: a\rX-B: b"), f"|{TAKEN}"),
    "a folded header": (_get("/api/v1/me", b"X-A: a\r\n b"), f"|{TAKEN}"),
    "a header of bytes": (_get("/api/v1/me", b"X-A: \xff\xfe\x80"), f"|{TAKEN}"),
    "a cookie of bytes": (_get("/", b"Cookie: duban=\xff\xfe; =; ;;="), f"|{TAKEN}"),
    "10,000 cookies": (_get("/", b"Cookie: " + b"; ".join([b"a=b"] * 10_000)), f"|{TAKEN}"),
    "a token of bytes": (
        lambda desk: wire(desk, b"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                          b"Connection: close\r\nAuthorization: Bearer \xff\xfe\r\n\r\n"),
        "not_signed_in"),
    "a range of 1,000 ranges": (
        _get(_SHEET, b"Range: bytes=" + b",".join([b"0-1"] * 1000)), f"|{TAKEN}"),
    "a range upside down": (_get(_SHEET, b"Range: bytes=9-1,-0,x-y"), f"|{TAKEN}"),
    "a date that is none": (_get(_SHEET, b"If-Modified-Since: yesterday"), f"|{TAKEN}"),
    "an address of a proxy": (
        _get("/api/v1/me", b"X-Forwarded-For: 127.0.0.1, \x27<script>", b"Forwarded: for=_x"),
        TAKEN),
    "a place to go on from": (_get("/?after=" + "%00" * 500), ""),
    "an upgrade": (
        _get("/", b"Upgrade: websocket", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Version: 13"),
        f"|{TAKEN}"),
}  # fmt: skip


def _part(head: bytes, content: bytes = b"x", boundary: bytes = b"x") -> bytes:
    return b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def _form(body: bytes, kind: str = "multipart/form-data; boundary=x") -> Callable[[Desk], Response]:
    return _posted("/attachments", body, Content_Type=kind)


_NAMED = b'Content-Disposition: form-data; name="file"; filename='
_FILE = _part(_NAMED + b'"a.jpg"', picture())

PARTS: dict[str, tuple[Callable[[Desk], Response], str]] = {
    "no part": (_form(b"--x--\r\n"), "invalid_input|bad_request"),
    "no end": (_form(_FILE), f"{TAKEN}|invalid_input|bad_request"),
    "a part without a head": (_form(b"--x\r\n\r\nx\r\n--x--\r\n"), "invalid_input|bad_request"),
    "a head of 1 MB": (
        _form(_part(b"X: " + b"a" * MB) + b"--x--\r\n"), "bad_request|invalid_input"),
    "10,000 heads": (
        _form(_part(b"\r\n".join([b"X: a"] * 10_000)) + b"--x--\r\n"), "bad_request|invalid_input"),
    "10,000 parts": (
        _form(_part(b'Content-Disposition: form-data; name="a"') * 10_000 + b"--x--\r\n"),
        "bad_request|invalid_input"),
    "10,000 files": (
        _form(_part(_NAMED + b'"a"') * 10_000 + b"--x--\r\n"), "bad_request|invalid_input"),
    "20 files for one": (
        _form(_part(_NAMED + b'"a"') * 20 + _FILE + b"--x--\r\n"), f"{TAKEN}|file_type"),
    "a boundary of 20,000 letters": (
        _form(b"x", "multipart/form-data; boundary=" + "x" * 20_000), "bad_request|invalid_input"),
    "a boundary in the text": (
        _form(_part(_NAMED + b'"a.jpg"', b"\r\n--x\r\n") + b"--x--\r\n"),
        "file_type|file_empty|invalid_input|bad_request"),
    "a mixed form in a form": (
        _form(_part(_NAMED + b'"a"\r\nContent-Type: multipart/mixed; boundary=y', b"--y--")
              + b"--x--\r\n"), "file_type"),
    "a text for a file": (
        _form(_part(b'Content-Disposition: form-data; name="file"', b"x") + b"--x--\r\n"),
        "invalid_input|bad_request"),
    "a part in base64": (
        _form(_part(_NAMED + b'"a"\r\nContent-Transfer-Encoding: base64', b"aWQ=") + b"--x--\r\n"),
        "file_type"),
}  # fmt: skip

NAMES: dict[str, bytes] = {
    "a name that climbs": b'"../../../../tmp/owned.jpg"',
    "a name that climbs by back slashes": b'"..\\\\..\\\\owned.jpg"',
    "a name from the root": b'"/tmp/owned.jpg"',
    "a name from a share": b'"\\\\\\\\10.0.0.1\\\\c$\\\\a.jpg"',
    "a name with a NUL": b'"a.jpg\x00.exe"',
    "a name with a line": b'"a%0d%0aSet-Cookie: a=b.jpg"',
    "a name of 10,000 letters": b'"' + b"a" * 4000 + b'.jpg"',
    "a name of points": b'"..."',
    "a name of a device": b'"CON.jpg"',
    "a hidden name": b'".htaccess"',
    "a name with markup": b'"<img src=x onerror=alert(1)>.jpg"',
    "a name with a formula": b'"=cmd|calc.jpg"',
    "a name with a template": b'"{{ 7*7 }}.jpg"',
    "a name turned round": '"a\u202egpj.exe"'.encode(),
    "a name of no UTF-8": b'"\xff\xfe.jpg"',
    "an encoded name": b"\"a\"; filename*=UTF-8''..%2f..%2fowned.jpg",
    "an encoded name of no UTF-8": b"\"a\"; filename*=UTF-8''%ff%fe%00",
    "no name": b'""',
}


def _named(name: bytes) -> Callable[[Desk], Response]:
    return _form(_part(_NAMED + name, picture()) + b"--x--\r\n")


def _signing_in(username: Any, password: Any) -> Callable[[Desk], Response]:
    body = json.dumps({"username": username, "password": password}).encode()
    where = f"{API}/sign-in"
    return lambda desk: desk.specialist.client.post(where, content=body, headers=_JSON)


WAYS_IN: dict[str, tuple[Any, Any]] = {
    "SQL for a name": ("' OR '1'='1", "x"),
    "SQL for a password": ("xingyi.liaison", "' OR '1'='1' --"),
    "a name of 10,000 letters": ("x" * 10_000, "x"),
    "a password of 500,000 letters": ("xingyi.liaison", "x" * 500_000),
    "a name that is NUL": ("\x00", "x"),
    "a password that is NUL": ("xingyi.liaison", "\x00"),
    "half a character": ("\ud800", "\ud800"),
    "a name in another case": ("XINGYI.LIAISON", "x"),
    "a name in full width": ("ｘｉｎｇｙｉ.liaison", "x"),
    "a name that is a list": (["xingyi.liaison"], "x"),
    "a name that is an object": ({"$ne": None}, {"$ne": None}),
    "a name that is yes": (True, True),
    "a name that is nothing": (None, None),
    "a name with a line of a log": ("x\n2026 [info] signed in", "x"),
    "an LDAP filter": ("*)(uid=*", "*"),
    "a template": ("{{ config }}", "{{ config }}"),
}
_TURNED_AWAY = ("wrong_password", "invalid_input", "too_many_tries")

NEXT: tuple[str, ...] = (
    "//10.0.0.1/", "/\\10.0.0.1", "http://10.0.0.1/", "https:10.0.0.1", "javascript:alert(1)",
    "data:text/html,x", "\t//10.0.0.1", "/\r\nX: y", " //10.0.0.1",
    "http://127.0.0.1@10.0.0.1/", "http://2130706433/", "http://[::ffff:10.0.0.1]/", "file:///etc",
    "///10.0.0.1", "\x00//10.0.0.1",
)  # fmt: skip


def _going_on(where: str) -> Callable[[Desk], Response]:
    """Ask to go elsewhere after signing in: the form must not name it."""

    def send(desk: Desk) -> Response:
        answer = desk.specialist.client.get("/sign-in", params={"next": where})
        assert Page(answer).root.one("input", name="next").attributes["value"] == "/"
        return answer

    return send


def _inputs() -> Iterator[Hostile]:
    tables = {"body": BODIES, "request": LINES, "multipart": PARTS}
    for kind, table in tables.items():
        for name, (send, codes) in table.items():
            yield Hostile(f"{kind}: {name}", send, tuple(codes.split("|")))
    for name, given in NAMES.items():
        yield Hostile(f"file name: {name}", _named(given), (TAKEN, "invalid_input", "bad_request"))
    for name, (username, password) in WAYS_IN.items():
        yield Hostile(f"sign-in: {name}", _signing_in(username, password), _TURNED_AWAY)
    for where in NEXT:
        yield Hostile(f"next: {where!r}", _going_on(where), (TAKEN,))
    yield Hostile(
        "attachment: a name that climbs",
        lambda desk: as_attachment(desk, picture(), "../../owned.jpg"),
        (TAKEN,),
    )


INPUTS: list[Hostile] = list(_inputs())
