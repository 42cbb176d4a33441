"""What a browser sent, read: texts, table rows, places in a list; never trusted further than the
engine checks it.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from starlette.datastructures import FormData

from api.auth import SignedInForm
from api.auth.posted import form_of
from workflow.engine.calendar import ZONE, day_begins
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.errors import InvalidInput
from workflow.store.lists.queries import Place

GREATEST_ID = 2**53
PROOF_FIELD = "proof"
"""A password or a code, given again before what counts."""

CaseId = Annotated[int, Path(ge=1, le=GREATEST_ID)]
"""A case's id in an address; anything else is 404."""

Before = Annotated[int | None, Query(ge=1, le=GREATEST_ID)]
"""The last id of a page of a list whose newest come first: the next page begins after it."""

_CELL = re.compile(r"fact\.([a-z0-9_]+)\.(\d{1,4})\.([a-z0-9_]+)")


async def _posted(request: Request, someone: SignedInForm) -> AsyncIterator[FormData]:
    del someone  # it is asked for so that the form's CSRF token has been checked
    form = await form_of(request)
    try:
        yield form
    finally:  # the answer is out
        await form.close()


Posted = Annotated[FormData, Depends(_posted)]
"""The fields of a form that really comes from a page of ours."""


def text_in(form: Mapping[str, Any], name: str) -> str:
    """A field as text without blanks around it; empty when it is missing or a file."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def whole(text: str, most: int = GREATEST_ID) -> int | None:
    """A whole number as it was typed, up to `most`; None for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    return number if (number := int(text)) <= most else None


def secret_in(form: Mapping[str, Any], name: str) -> str:
    """A field exactly as it was typed; empty when it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def facts_in(form: FormData, definition: Definition) -> dict[str, Any]:
    """The facts that a form gives; empty ones, and empty rows of tables, count as not given."""
    tables = _tables(form)
    facts: dict[str, Any] = {}
    for name, fact in definition.facts.items():
        if fact.type in FILE_TYPES:
            continue  # see `uploads`
        given = tables.get(name) if fact.type == "table" else text_in(form, f"fact.{name}")
        if given:
            facts[name] = given
    return facts


def stood_in(form: FormData, definition: Definition) -> tuple[str, ...]:
    """The facts that the form was shown with; a form that ends early leaves out their marks too,
    which stand behind their fields.
    """
    return tuple(name for name in definition.facts if text_in(form, f"fact.{name}.stood"))


def _tables(form: FormData) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for key in form:
        found = _CELL.fullmatch(key)
        if found and (text := text_in(form, key)):
            fact, at, column = found.groups()
            rows.setdefault(fact, {}).setdefault(int(at), {})[column] = text
    return {fact: [row for _, row in sorted(given.items())] for fact, given in rows.items()}


def place_in(text: str) -> Place | None:
    """Where a list goes on; None for its beginning. Raises InvalidInput."""
    if not text:
        return None
    try:
        place = Place.parse(text.replace(" ", "+"))
    except ValueError:
        place = None
    if place is None or not 0 <= place.case_id <= GREATEST_ID:
        raise InvalidInput("翻页的地址有误，请从第一页看起")
    return place


def day_in(form: Mapping[str, Any], name: str) -> datetime | None:
    """The beginning of a day that was chosen, in Shanghai; None where none was. Raises
    InvalidInput.
    """
    text = text_in(form, name)
    try:
        return day_begins(date.fromisoformat(text)) if text else None
    except (ValueError, OverflowError):
        raise InvalidInput("日期写法不对，应如 2026-03-02", {"date": text[:20]}) from None


def minute_in(form: Mapping[str, Any], name: str) -> datetime | None:
    """A day and a time that were chosen, in Shanghai; None where none was. Raises InvalidInput."""
    text = text_in(form, name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None
    except ValueError:
        raise InvalidInput("时间写法不对，应如 2026-03-02 09:30", {"time": text[:20]}) from None


def printable(text: str, most: int = 60) -> str:
    """A text from an address, fit to be searched for."""
    return "".join(character for character in text if character.isprintable()).strip()[:most]
