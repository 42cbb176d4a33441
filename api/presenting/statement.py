"""What went out in a month, unit by unit: for whoever pays the short messages."""

from collections.abc import Iterator
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


def statement(
    connection: Connection, month: datetime, price: float | None
) -> Iterator[StatementLine]:
    """The lines of the month that an instant lies in; `price` is what a part of an SMS costs."""
    since = month.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=ZONE)
    until = (since + timedelta(days=31)).replace(day=1)
    found = burden.carried(burden.letters(connection, since, until, burden.of_units()))
    names = queries.unit_names(connection, {one.unit for one in found})
    for one in found:
        short = one.way == "sms"
        yield StatementLine(
            unit=names[one.unit],
            way=way_in_words(one.way),
            letters=one.letters,
            parts=str(one.parts) if short else "",
            people=one.people,
            cost=f"{one.parts * price:.2f}" if short and price is not None else "",
        )
