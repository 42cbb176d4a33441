"""What REST takes in: words, facts, bodies; refused at the edge when nothing could store them."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.errors import NO_NUMBER, TOO_DEEP
from workflow.engine.periods import GREATEST

LARGEST_ID = 2**63 - 1
_DEEPEST = 6
_LARGEST_NUMBER = 10**15


def _storable_text(text: str) -> str:
    """Raise ValueError for text that PostgreSQL or UTF-8 cannot hold."""
    if "\x00" in text:
        raise ValueError("NUL")
    text.encode()
    return text


def storable(value: Any) -> Any:
    """Refuse JSON too deep, too large in its numbers, or not storable as text."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, str):
                _storable_text(one)
            elif isinstance(one, int | float) and not abs(one) <= _LARGEST_NUMBER:  # NaN is neither
                raise PydanticCustomError(NO_NUMBER, "number")
            elif isinstance(one, dict):
                inner += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                inner += one
        level = inner
    if level:
        raise PydanticCustomError(TOO_DEEP, "depth")
    return value


Word = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(_storable_text)
]
"""A name, a code, a login name."""

Facts = Annotated[dict[str, Any], AfterValidator(storable)]
"""Facts by name; what each may hold the definition says."""

CaseId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="the case's id")]
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
Before = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="`next` of the page before this one")
]


class Body(BaseModel):
    """A request's body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")


class OpenBody(Body):
    """A case to open."""

    workflow: Word
    parties: Annotated[dict[Word, Word], Field(max_length=20)] = Field(
        {}, description="named party → the unit's code"
    )
    facts: Facts = {}
    request: str = Field(
        description="an id of the client's own: a retry with it gets the first answer"
    )
    draft: bool = False
    period: Annotated[int, Field(ge=1, le=GREATEST)] | None = Field(
        None, description="2026 a year, 20264 a quarter, 202611 a month, 2026048 a week"
    )


class FireBody(Body):
    """An event to fire."""

    event: Word
    facts: Facts = {}
    request: str = Field(
        description="an id of the client's own: a retry with it gets the first answer"
    )
    unit: Word | None = Field(None, description="code of the unit a re-assignment names")
    person: Word | None = Field(None, description="login name of whom work is handed to")
    looked_at: int | None = Field(
        None,
        ge=0,
        le=2**53,
        description="`seq` of the case as a signer was shown it: a sign-off is refused (`stale`)"
        " where somebody has acted since",
    )
    emptied: Annotated[list[Word], Field(max_length=100)] = Field(
        [],
        description="facts that are to have no value any more; one that is left out stays as it is",
    )
