"""Numbers, dates and ids at the ends of what machines count, and what is no number at all."""

from collections.abc import Callable, Iterator
from typing import Any

from httpx2 import Response

from tests.hostile.corpus import TAKEN, Desk, Hostile, with_facts

DATES: tuple[Any, ...] = (
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-2026-01-01", "+2026-01-01",
    "2026-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20260301",
    "2026-03-01T24:00:00", "2026-03-01T00:00:00+99:00", "2026-W09-1", "2026-060",
    "２０２６-03-01", "2026-03-01\n", "today", "now()", "1e3", 20260301, -1, 1.5,
    ["2026-03-01"], {"year": 2026}, True,
)  # fmt: skip

NUMBERS: tuple[Any, ...] = (
    -1, 101, 2**31, 2**63, -(2**63) - 1, 10**30, 1e308, 0.1, "1e309", "NaN", "Infinity",
    "0x10", "1,000", "1_000", "²", "Ⅷ", "1;", {}, True,
)  # fmt: skip
GOOD_NUMBERS: tuple[Any, ...] = ("-0", "１２", " 1", "1 ", "", [])
"""Numbers as people write them, and nothing."""

PLACES: tuple[str, ...] = (
    "x", "~", "2026-01-01~1", "2026-01-01T00:00:00+00:00~-1", "2026-01-01T00:00:00+00:00~x",
    "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-14:00~1", "9" * 190, "%00", "' OR 1=1 --",
    "AAAA", "=" * 50, "eyJhIjoxfQ==", "../..", "\ud7ff",
)  # fmt: skip

IDS: tuple[str, ...] = (
    "0", "-1", "1.5", "1e3", "0x1", "９", "²", "9223372036854775807", "9223372036854775808",
    "9" * 400, "1%00", "%2e%2e%2f", "1;1", "1'--", "null", "undefined", "[]", "1,2", "NaN",
)  # fmt: skip

QUERIES: tuple[tuple[str, str], ...] = (
    ("limit", "0"), ("limit", "-1"), ("limit", "201"), ("limit", "9" * 400), ("limit", "x"),
    ("open", "maybe"), ("due_before", "10000-01-01"), ("due_before", "2026-02-30"),
    ("due_before", "0001-01-01"), ("unit", "%"), ("unit", "' OR '1'='1"), ("unit", "甲" * 81),
    ("unit", "\x00"), ("state", "\x00"), ("state", "{{7*7}}"), ("workflow", "../x"),
    ("ledger", "__class__"), ("ledger", "\x00"),
)  # fmt: skip


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 50 else f"{text[:20]}… ({len(text)})"


def _got(path: str, **params: str) -> Callable[[Desk], Response]:
    return lambda desk: desk.specialist.get(path, **params)


def _inputs() -> Iterator[Hostile]:
    kept = (TAKEN, "invalid_input")
    for value in DATES:
        yield Hostile(f"date: {_short(value)}", with_facts(found_on=value), kept)
    for value in NUMBERS:
        facts = with_facts(description="路灯不亮，没人修", batch=value)
        yield Hostile(f"number for a text: {_short(value)}", facts, (*kept, "bad_request"))
        yield Hostile(f"number: {_short(value)}", _fired(value), ("invalid_input",))
    for value in GOOD_NUMBERS:
        yield Hostile(f"number: {_short(value)}", _fired(value), (TAKEN,))
    for place in PLACES:
        yield Hostile(f"place: {_short(place)}", _got("/cases", after=place), ("invalid_input",))
    for id_ in IDS:
        yield Hostile(f"id: {_short(id_)}", _got(f"/cases/{id_}"), ("not_found", "bad_request"))
        page = f"/cases/{id_}/diagram.svg"
        yield Hostile(f"page's id: {_short(id_)}", _paged(page), ("",))
    for name, value in QUERIES:
        asked = _got("/cases", **{name: value})
        yield Hostile(f"query: {name} = {_short(value)}", asked, ("", *kept))


def _paged(path: str) -> Callable[[Desk], Response]:
    return lambda desk: desk.page(path)


def _fired(value: Any) -> Callable[[Desk], Response]:
    """A share of the work that is done, reported on a case that waits for that."""

    def send(desk: Desk) -> Response:
        facts = {"progress": "进展顺利", "percent": value}
        return desk.caller("xingyi.liaison").fire(desk.rectifying, "report_progress", facts)

    return send


INPUTS: list[Hostile] = list(_inputs())
