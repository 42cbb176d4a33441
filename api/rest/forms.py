"""What an event or an opening asks for, as JSON: fields with their types and bounds."""

from collections.abc import Collection, Iterable

from pydantic import BaseModel

from workflow.engine.attachments import most_of
from workflow.engine.definition import FILE_TYPES, Definition, Fact


class ColumnField(BaseModel):
    """One column of a table field."""

    name: str
    title: str
    type: str
    required: bool


class FormField(BaseModel):
    """One fact that is asked for; `min` and `max` bound a text's length or a number's value.

    A fact of photos or documents takes a list of at most `at_most` ids of attachments.
    """

    name: str
    title: str
    type: str
    required: bool
    options: list[str] = []
    columns: list[ColumnField] = []
    min: float | None = None
    max: float | None = None
    at_most: int | None = None
    lines: bool = False
    hint: str | None = None


def form_of(definition: Definition, needs: Collection[str], may: Iterable[str]) -> list[FormField]:
    """The fields for these facts, in this order, each once."""
    return [
        _field(name, definition.facts[name], name in needs)
        for name in dict.fromkeys((*needs, *may))
    ]


def _field(name: str, fact: Fact, required: bool) -> FormField:
    return FormField(
        name=name,
        title=fact.title,
        type=fact.type,
        required=required,
        options=list(fact.options),
        columns=[
            ColumnField(name=key, title=one.title, type=one.type, required=not one.optional)
            for key, one in fact.columns.items()
        ],
        min=fact.min,
        max=fact.max,
        at_most=most_of(fact) if fact.type in FILE_TYPES else None,
        lines=fact.lines,
        hint=fact.hint,
    )
