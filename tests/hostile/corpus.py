"""What a hostile input is: a name for what it attacks, how it is sent, and what it must come to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from httpx2 import Response

from tests.api.callers import API, Caller, opening

TAKEN = "taken"
"""Nothing is wrong with it, however it looks: it is kept whole, and does no harm."""


@dataclass(frozen=True)
class Desk:
    """Where hostile inputs are sent from: people's programs and browsers at the server."""

    caller: Callable[[str], Caller]
    session: Callable[[str], dict[str, str]]
    port: int
    rectifying: int
    """A case on which progress may be reported."""

    @property
    def specialist(self) -> Caller:
        """Somebody who opens cases."""
        return self.caller("zhou-dc.specialist1")

    def page(self, path: str, **more: Any) -> Response:
        """A page as that person's browser gets it."""
        headers = self.session("zhou-dc.specialist1")
        return self.specialist.client.get(path, headers=headers, **more)

    def form(self, path: str, **more: Any) -> Response:
        """What a form of that person's is answered with."""
        headers = self.session("zhou-dc.specialist1")
        data = {"csrf": headers["X-CSRF-Token"]} | more.pop("data", {})
        return self.specialist.client.post(path, data=data, headers=headers, **more)


@dataclass(frozen=True)
class Hostile:
    """One input. `codes` are the refusals it may come to; with TAKEN it may also be taken."""

    attacks: str
    send: Callable[[Desk], Response]
    codes: tuple[str, ...]


Content = bytes | Callable[[], bytes]


def files(
    kind: str, table: Mapping[str, tuple[Content, str]], door: Callable[[Desk, bytes], Response]
) -> list[Hostile]:
    """Inputs that are files: what each attacks, its content, the code that it must come to."""

    def sending(content: Content) -> Callable[[Desk], Response]:
        return lambda desk: door(desk, content if isinstance(content, bytes) else content())

    return [
        Hostile(f"{kind}: {attacks}", sending(content), tuple(code.split("|")))
        for attacks, (content, code) in table.items()
    ]


def as_attachment(desk: Desk, content: bytes, name: str = "现场.jpg") -> Response:
    """Bring a file as a photo or a document."""
    files = {"file": (name, content)}
    who = desk.specialist
    return who.client.post(f"{API}/attachments", files=files, headers=who.headers)


def as_table(desk: Desk, content: bytes) -> Response:
    """Import a table, all of it."""
    return desk.specialist.upload("问题.xlsx", content, commit="true")


def as_definition(desk: Desk, text: str) -> Response:
    """Have a definition checked."""
    return desk.specialist.post("/definitions/check", {"text": text})


def with_facts(**facts: Any) -> Callable[[Desk], Response]:
    """Open a case with these facts beside good ones."""
    return lambda desk: desk.specialist.post("/cases", opening(**facts))


def names_of(inputs: Iterable[Hostile]) -> list[str]:
    """What they attack, each once."""
    names = [one.attacks for one in inputs]
    assert len(names) == len(set(names)), "two inputs have one name"
    return names
