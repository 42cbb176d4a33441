"""Printed forms (打印表格): which columns a workflow's cases fill on paper, in whose order, and who
signs below.
"""

from typing import Annotated, Literal

from pydantic import Field

from workflow.engine.model import Model
from workflow.engine.words import LISTED, Names, Texts, Title

Shown = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}$")]
"""`row`, `case.number`, `facts.goal`, `facts.measures.owner`, `parties.reviewer`, …: see CASE,
SIGNED and DONE.
"""

CASE = ("number", "state", "light", "opened", "due", "left")
"""What a column may show of the case itself, after `case.`."""

SIGNED = ("person", "unit", "date")
"""What it may show of a sign-off, after `signed.NAME.`."""

DONE = ("person", "unit", "date", "outcome")
"""What it may show of the last of some events; `outcome` is the event's title."""


class PrintedColumn(Model):
    """One column of a printed form."""

    title: Title
    under: Title | None = Field(
        None, description="the head above this one and its neighbours that say the same"
    )
    width: Annotated[int, Field(ge=3, le=80)] = Field(
        12, description="in characters of a spreadsheet; a Chinese one takes two"
    )
    shows: Shown | None = Field(
        None, description="what stands in it; absent: empty, to be written in by hand"
    )
    of: Names = Field((), description="events, of the last of which `shows` speaks")
    photos: Annotated[int, Field(ge=1, le=4)] = Field(
        1, description="how many of a fact's photos are drawn"
    )


class Printed(Model):
    """A form that is printed from the cases of a ledger, a row a case."""

    title: Title
    paper: Literal["A4 landscape", "A4 portrait", "A3 landscape", "A3 portrait"] = Field(
        "A4 landscape", description="the sheet it is printed on"
    )
    lead: Texts = Field(
        (), description="texts above the heads, spread over the width; know {unit} {date} {count}"
    )
    foot: Texts = Field((), description="lines to sign on, below the last row")
    columns: Annotated[tuple[PrintedColumn, ...], Field(min_length=1, max_length=40), LISTED] = (
        Field(description="its columns, from left to right")
    )
