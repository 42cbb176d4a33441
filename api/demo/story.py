"""A story as its YAML file tells it, checked and frozen: who opens what, and who does what when."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError

from workflow.engine.errors import DubanError
from workflow.yaml_text import read_yaml


class BadStory(DubanError):
    """A story that cannot be played; the text says where and why."""


class Part(BaseModel):
    """Every part of a story is frozen and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


LATELY = "lately"
"""The habits that people have with cases that were opened lately."""

Range = Annotated[
    tuple[int, int], BeforeValidator(lambda one: (one, one) if isinstance(one, int) else one)
]
"""A number, or the least and the greatest it may be; of working days where it says when."""

Span = tuple[date, date]
"""Two days and all between them."""


class Act(Part):
    """One thing somebody does to a case, and when: exactly, on some day of a span, after arrival,
    before the limit or after it.
    """

    do: str = Field("", description="the event; empty where a document is issued")
    document: str | None = Field(None, description="issued in the place of an event")
    by: str = Field(description="a party's role (`reviewer.head`, `supervisor.inspector2`), or who")
    at: str | None = None
    between: Span | None = None
    minutes: Range | None = Field(None, description="after arrival, at any hour of any day")
    after: Range | None = None
    before: Range | None = None
    late: Range | None = None
    give: dict[str, Any] = {}
    drafted: bool = Field(False, description="with what the system drafts from tallies")
    unit: str | None = None
    parent: tuple[str, ...] = Field((), description="not before the parent case is in one of these")
    optional: bool = Field(False, description="left out when the next act would come first")
    refused: bool | Literal["perhaps"] = Field(False, description="the system has to refuse it")
    lot: Range | None = Field(None, description="only cases whose lot, of 1 to 100, lies within")
    among: tuple[str, ...] = Field((), description="only cases of units whose codes begin so")


StateActs = dict[str, tuple[Act, ...]]
"""State (`state#2`: when the case comes there for the second time), then acts."""


class Import(Part):
    """Many cases opened from one table; its rows are those of the file opened by this person."""

    at: str
    by: str
    workflow: str
    file: str


class ByHand(Part):
    """One case opened by hand."""

    key: str
    by: str
    workflow: str
    parties: dict[str, str]
    facts: dict[str, Any]


class Opening(ByHand):
    """The same on a day of the story."""

    at: str


class Lately(ByHand):
    """The same so many working days before the day up to which a story is played: nobody does
    anything with it in `waits`, so that there is a desk on which it lies that day.
    """

    ago: int
    waits: str


class Stream(Part):
    """Many cases opened by hand, one after the other, spread over a part of the year.

    A party is a kind of unit or a pool of codes, taken in turn, an office on the way up from the
    first party (`county.government`), or one code; `by` is a role of a party, of such an office
    (`county.office.liaison`), or who. Texts know the columns of the next row of `rows`.
    """

    key: str
    workflow: str
    by: str
    within: Span
    number: int
    parties: dict[str, str]
    facts: dict[str, Any] = {}
    rows: str | None = None


class Switch(Part):
    """Somebody switches periodic work on."""

    at: str
    by: str
    workflow: str
    every: str
    unit: str
    because: str


Bounds = tuple[StrictInt | float, StrictInt | float]
"""The least and the greatest of a figure; whole numbers make whole figures."""


class Figures(Part):
    """Figures of indicators are uploaded for every unit of a pool, each drawn from its range; `but`
    says for some units otherwise.
    """

    at: str
    by: str
    units: str
    period: str
    values: dict[str, Bounds]
    but: dict[str, dict[str, Bounds]] = {}


class Points(Part):
    """What a scorecard's rules propose is gone through: confirmed, or now and then waived."""

    at: str
    by: str
    scorecard: str
    year: int
    waived: int = Field(description="of a hundred")
    because: str = Field(description="why those were")


class Freezing(Part):
    """The results of a year are frozen."""

    at: str
    by: str
    scorecard: str
    year: int


class Promises(Part):
    """What the year must have had besides a case of every workflow; void ones do not count."""

    cases: dict[str, int] = Field({}, description="least number of cases, by workflow")
    rounds: dict[str, int] = Field({}, description="least number of periods, by workflow")
    classes: int = Field(0, description="of units, in the results that were frozen")


class Outage(Part):
    """The worker is down; people go on working."""

    begins: str
    ends: str
    because: str


class Notice(Part):
    """A year's holiday notice is entered."""

    at: str
    by: str
    year: int
    file: str


class Chapter(Part):
    """A case that is told in full, with what is peculiar to it."""

    title: str
    about: str
    case: str
    acts: StateActs = {}
    with_: str | None = Field(None, alias="with", description="events of the world told beside")


class LedgerBook(Part):
    """The ledgers of a workflow, each with the facts printed of it."""

    workflow: str
    columns: dict[str, tuple[str, ...]]


class Listing(Part):
    """A table of all cases of a workflow."""

    title: str
    workflow: str
    columns: tuple[str, ...]


class Letter(Part):
    """A kind of message of which one is printed in full."""

    way: str
    template: str


class Story(Part):
    """The whole of it."""

    title: str
    begins: str
    ends: str
    seed: int
    slot: int = Field(5, description="minutes; people do things on the hour and these after it")
    pools: dict[str, tuple[Any, ...]] = {}
    imports: tuple[Import, ...] = ()
    openings: tuple[Opening, ...] = ()
    lately: tuple[Lately, ...] = ()
    streams: tuple[Stream, ...] = ()
    switches: tuple[Switch, ...] = ()
    figures: tuple[Figures, ...] = ()
    points: tuple[Points, ...] = ()
    freezings: tuple[Freezing, ...] = ()
    promises: Promises = Promises()
    outages: tuple[Outage, ...] = ()
    notices: tuple[Notice, ...] = ()
    habits: dict[str, StateActs]
    chapters: tuple[Chapter, ...] = ()
    ledgers: tuple[LedgerBook, ...] = ()
    lists: tuple[Listing, ...] = ()
    letters: tuple[Letter, ...] = ()

    def acts(self, key: str, kinds: Sequence[str], state: str, visit: int) -> tuple[Act, ...]:
        """What is done with the case of this key when it comes into a state, the n-th visit;
        `kinds` are the habits it may follow, the most particular first.
        """
        numbered = f"{state}#{visit}"
        for recent in self.lately:
            if recent.key == key:
                if recent.waits == state:
                    return ()
                kinds = (LATELY, *kinds)
        for chapter in self.chapters:
            own = chapter.acts if chapter.case == key else {}
            if (found := own.get(numbered)) or (visit == 1 and (found := own.get(state))):
                return found
        for kind in kinds:
            usual = self.habits.get(kind, {})
            if found := usual.get(numbered) or usual.get(state):
                return found
        return ()


def read_story(file: Path) -> Story:
    """The story in a file, with the one it goes on from; raises BadStory."""
    tree = _tree(file)
    try:
        return Story.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadStory(f"{file.name}：{where}：{first['msg']}") from None


def _tree(file: Path) -> dict[str, Any]:
    """What stands in a file, laid over what stands in the one it goes on from."""
    tree: dict[str, Any] = dict(read_yaml(file.read_text(encoding="utf-8"), file.name).tree)
    if not (before := tree.pop("extends", None)):
        return tree
    told = _tree(file.with_name(before))
    for name, value in tree.items():
        old = told.get(name)
        told[name] = [*old, *value] if isinstance(old, list) else _over(old, value)
    return told


def _over(old: Any, new: Any) -> Any:
    """Mappings are merged, anything else is replaced: of a workflow the states, of a state what is
    done there.
    """
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {**old, **{name: _over(old.get(name), value) for name, value in new.items()}}
