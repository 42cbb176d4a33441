"""发送统计: what went out in a month by unit, and what the short messages cost."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.rendering import masthead_of, show
from api.presenting.statement import StatementLine, statement
from workflow.engine.calendar import ZONE
from workflow.engine.errors import InvalidInput

router = APIRouter()

_PART = "/administration/sending"
HERE = f"{_PART}/statement"
_MONTH, _PRICE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])"), re.compile(r"\d{1,3}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class StatementPage:
    """发送统计: `price` as it was typed, empty without one; `total` is what all of it costs."""

    title: str
    month: str
    previous: str
    following: str
    price: str
    lines: tuple[StatementLine, ...]
    letters: int
    total: str


@router.get(HERE)
def statement_page(
    duban: Installation, someone: SignedInPage, month: str = "", price: str = ""
) -> Response:
    """The statement of a month, the present one where none is said."""
    first, each = _month(month) or _first(duban.clock()), _price(price.strip())
    with duban.database.reading() as connection:
        found = statement(connection, first, each)
    page = StatementPage(
        title=f"{first.year}年{first.month}月",
        month=f"{first:%Y-%m}",
        previous=_address(first - timedelta(days=1), price),
        following=_address(first + timedelta(days=31), price),
        price=price.strip(),
        lines=found.lines,
        letters=found.letters,
        total=found.cost,
    )
    return show("sending_statement.html", page, masthead_of(duban, someone, _PART))


def _month(text: str) -> datetime | None:
    found = _MONTH.fullmatch(text)
    return datetime(int(found[1]), int(found[2]), 1, tzinfo=ZONE) if found else None


def _first(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _price(text: str) -> float | None:
    if text and not _PRICE.fullmatch(text):
        raise InvalidInput("单价写法不对，应如 0.045", {"price": text[:20]})
    return float(text) if text else None


def _address(month: datetime, price: str) -> str:
    return f"{HERE}?month={month:%Y-%m}" + (f"&price={price}" if _PRICE.fullmatch(price) else "")
