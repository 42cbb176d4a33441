"""The words of the definition language: names, texts, `party.role`, kinds of unit, offices, terms.

Each is a type with its pattern, from which the parser's refusals and the schema follow.
"""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from workflow.engine.terms import Moment, parse_moment

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Title = Annotated[str, Field(min_length=1, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Guard = Annotated[str, Field(min_length=1, max_length=400)]
"""A CEL expression over the declared facts; compiled and checked by `guards.py`."""

Level = Literal["province", "prefecture", "county", "township", "village"]
Channel = Literal["email", "sms", "chat"]
Urgency = Literal["digest", "urgent", "immediate"]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


class OrText:
    """Says in the schema that one text may stand for the whole."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


class _OrOne:
    """Says in the schema that one member may stand for a list of one."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        schema = handler(core)
        return {"anyOf": [schema["items"], schema]}


LISTED = BeforeValidator(_as_tuple)
ONE_OR_MORE = (LISTED, _OrOne())

TURN = "turn"
"""The party word for whose turn it is."""

PartyRole = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""`responsible.head`: who holds a role's posts in a party's unit; `turn`: whose turn it is."""

PartyOrRole = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
"""`lead`: everybody who holds a post in that party's unit; `lead.head`: who holds that post."""

FactColumn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}\.[a-z][a-z0-9_]{0,29}$")]
"""`called.unit`: a column of a table fact."""

PartyOrColumn = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|row\.[a-z][a-z0-9_]*)$")]
"""`object`: a party; `row.unit`: whatever stands in that column of a row."""

SomePartiesOrRoles = Annotated[tuple[PartyOrRole, ...], *ONE_OR_MORE]
PartiesOrRoles = Annotated[tuple[PartyOrRole, ...], Field(min_length=1), *ONE_OR_MORE]
PartyRoles = Annotated[tuple[PartyRole, ...], *ONE_OR_MORE]
Names = Annotated[tuple[Name, ...], *ONE_OR_MORE]
Texts = Annotated[tuple[str, ...], *ONE_OR_MORE]
Channels = Annotated[tuple[Channel, ...], *ONE_OR_MORE]
Selector = Annotated[
    str, Field(pattern=r"^(province|prefecture|county|township|village)( department)?$")
]
"""`county`: the party and government of a county; `county department`: one of its departments."""
Selectors = Annotated[tuple[Selector, ...], *ONE_OR_MORE]
Office = Annotated[str, Field(pattern=r"^(province|prefecture|county|township)\.[a-z][a-z0-9_]*$")]
"""`prefecture.supervision`: the unit of that level and function, on the way up from another."""
Offices = Annotated[tuple[Office, ...], *ONE_OR_MORE]
Seat = Annotated[
    str, Field(pattern=r"^(province|prefecture|county|township)\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
]
"""`prefecture.supervision.head`: who holds that role's posts in that office."""
Seats = Annotated[tuple[Seat, ...], *ONE_OR_MORE]
ChildState = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""`appeal.approved`: a child of this case, and a state of the child's workflow."""


def parsed(parse: Callable[[str], object]) -> tuple[BeforeValidator, WithJsonSchema]:
    """A text of the file that `parse` makes a value of."""
    return BeforeValidator(lambda value: parse(_text(value))), WithJsonSchema({"type": "string"})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"text is wanted here, not {value!r}")
    return value


MomentKey = Annotated[Moment, *parsed(parse_moment)]
