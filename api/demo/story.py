"""A story as its YAML file tells it, checked and frozen: who opens what, and who does what when."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from workflow.engine.errors import DubanError
from workflow.yaml_text import read_yaml


class BadStory(DubanError):
    """A story that cannot be played; the text says where and why."""


class Part(BaseModel):
    """Every part of a story is frozen and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Days = Annotated[
    tuple[int, int], BeforeValidator(lambda days: (days, days) if isinstance(days, int) else days)
]
"""A number of working days, or the least and the most of them."""


class Act(Part):
    """One thing somebody does to a case, and when: exactly, after arrival, or before the limit."""

    do: str
    by: str = Field(description="a party's role (`reviewer.head`, `supervisor.inspector2`), or who")
    at: str | None = None
    after: Days | None = None
    before: Days | None = None
    give: dict[str, Any] = {}
    unit: str | None = None
    parent: tuple[str, ...] = Field((), description="not before the parent case is in one of these")
    optional: bool = Field(False, description="left out when the next act would come first")
    refused: bool = Field(False, description="the system has to refuse it")


StateActs = dict[str, tuple[Act, ...]]
"""State (`state#2`: when the case comes there for the second time), then acts."""


class Import(Part):
    """Many cases opened from one table; its rows are those of the file opened by this person."""

    at: str
    by: str
    workflow: str
    file: str


class Opening(Part):
    """One case opened by hand."""

    at: str
    key: str
    by: str
    workflow: str
    parties: dict[str, str]
    facts: dict[str, Any]


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
    imports: tuple[Import, ...] = ()
    openings: tuple[Opening, ...] = ()
    outages: tuple[Outage, ...] = ()
    notices: tuple[Notice, ...] = ()
    habits: dict[str, StateActs]
    chapters: tuple[Chapter, ...]
    ledgers: tuple[LedgerBook, ...]
    lists: tuple[Listing, ...]
    letters: tuple[Letter, ...]

    def acts(self, key: str, workflow: str, state: str, visit: int) -> tuple[Act, ...]:
        """What is done with the case of this key when it comes into a state, the n-th visit."""
        numbered = f"{state}#{visit}"
        for chapter in self.chapters:
            own = chapter.acts if chapter.case == key else {}
            if (found := own.get(numbered)) or (visit == 1 and (found := own.get(state))):
                return found
        usual = self.habits.get(workflow, {})
        return usual.get(numbered) or usual.get(state) or ()


def read_story(file: Path) -> Story:
    """The story in a file; raises BadStory."""
    tree = read_yaml(file.read_text(encoding="utf-8"), file.name).tree
    try:
        return Story.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadStory(f"{file.name}：{where}：{first['msg']}") from None
