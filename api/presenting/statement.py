"""What went out in a month, unit by unit: for whoever pays the short messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from api.presenting.message_story import way_in_words
from workflow.engine.calendar import ZONE
from workflow.store.lists import queries
from workflow.store.outgoing import burden

HEADS = ("单位", "方式", "条数", "短信计费条数", "收件人数")
COST = "短信费用（元）"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """So many messages to people of a unit by a way; `parts` and `cost` are empty but for SMS."""

    unit: str
    way: str
    letters: int
    parts: str
    people: int
    cost: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A month. A digest to somebody with posts in two units stands in the lines of both, and once
    in `letters` and `cost`, which are of the whole month.
    """

    lines: tuple[StatementLine, ...]
    letters: int
    cost: str


def statement(connection: Connection, month: datetime, price: float | None) -> Statement:
    """The month that an instant lies in; `price` is what a part of an SMS costs."""
    since = month.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=ZONE)
    until = (since + timedelta(days=31)).replace(day=1)
    found = burden.letters(connection, since, until, burden.of_units())
    by_unit = burden.carried(found)
    names = queries.unit_names(connection, {one.unit for one in by_unit})
    once = {one.id: one for one in found}.values()
    return Statement(
        lines=tuple(_line(names[one.unit], one, price) for one in by_unit),
        letters=len(once),
        cost=_cost(sum(one.parts for one in once if one.way == "sms"), price),
    )


def _line(unit: str, one: burden.Carried, price: float | None) -> StatementLine:
    short = one.way == "sms"
    return StatementLine(
        unit=unit,
        way=way_in_words(one.way),
        letters=one.letters,
        parts=str(one.parts) if short else "",
        people=one.people,
        cost=_cost(one.parts, price) if short else "",
    )


def _cost(parts: int, price: float | None) -> str:
    return "" if price is None else f"{parts * price:.2f}"
