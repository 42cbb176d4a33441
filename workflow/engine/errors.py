"""The two families of errors, and what the engine raises of them.

DubanError
├── InvalidDefinition          the author of a definition is wrong; carries every Mistake
└── Refusal                    a request is refused; carries a stable code, a sentence and data
    ├── NotFound               no such case, unit, definition … (also: outside the asker's scope)
    ├── NotYourTurn            the step belongs to somebody else
    ├── UnknownEvent           the workflow has no such event in any state
    ├── OutOfTurn              the event does not exist in the present state
    ├── ConditionNotMet        a declared condition of the event is not fulfilled
    ├── InvalidInput           facts missing, unknown or malformed; one problem a fact
    │   └── OverBudget         a unit asked beyond its week, with no reason why (`burden.py`)
    ├── NotConfirmed           a sign-off by somebody who has not just confirmed who they are
    ├── NotByPrograms          a sign-off by a program
    ├── DutiesNotSeparate      the same person or unit on two sides that must be apart
    ├── RelationNotAllowed     the parties do not stand in a relation the definition allows
    ├── Stale                  somebody else acted first
    └── RequestReused          a request id came again with another body

Who refuses for a reason that the engine does not know draws a Refusal of its own beside what it
refuses, as `api/auth/refusals.py` and `store/people/password_rules.py` do. A DubanError that is
neither is the fault of an installation, not of a request: see `store/database.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


class DubanError(Exception):
    """Base of everything this product raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a definition file.

    `line` and `column` count from 1; 0 means the place is the file as a whole. `path` is the dotted
    way to the key. `code` is stable and meant for programs (`sentences.py` lists all), `problem` is
    one Chinese sentence, `hint` tells what is allowed and the nearest right name.
    """

    line: int
    column: int
    path: str
    code: str
    problem: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        hint = f"（{self.hint}）" if self.hint else ""
        return f"{self.line}:{self.column}: {where}{self.problem}{hint} [{self.code}]"


class InvalidDefinition(DubanError):
    """A definition is refused; `mistakes` lists all of them in the order of the file."""

    def __init__(self, source: str, mistakes: list[Mistake]) -> None:
        self.source = source
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(f"{source}:{mistake}" for mistake in self.mistakes))


@dataclass(eq=False)
class Refusal(DubanError):
    """A request that is refused, with nothing changed.

    `sentence` is Chinese and meant to be read by the person refused; the class attribute `code` is
    stable and meant for programs.
    """

    sentence: str
    data: Mapping[str, object] = field(default_factory=dict)
    code = "refused"

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class NotFound(Refusal):
    """There is no such thing within the asker's sight."""

    code = "not_found"


class NotYourTurn(Refusal):
    """The step belongs to somebody else."""

    code = "not_your_turn"


class UnknownEvent(Refusal):
    """The workflow has no such event, in whatever state."""

    code = "unknown_event"


class OutOfTurn(Refusal):
    """The event does not exist in the case's present state."""

    code = "out_of_turn"


class ConditionNotMet(Refusal):
    """A condition the definition sets for the event is not fulfilled."""

    code = "condition_not_met"


class InvalidInput(Refusal):
    """What was given is missing, unknown or malformed.

    `data["facts"]` maps each fact to its sentence; what is no fact is a key of `data` by its own
    name, such as `unit` or `person`.
    """

    code = "invalid_input"

    @classmethod
    def in_facts(cls, problems: Mapping[str, str]) -> "InvalidInput":
        """What is wrong with one fact or several, a sentence each."""
        return cls("；".join(problems.values()), {"facts": dict(problems)})


class NotConfirmed(Refusal):
    """A sign-off needs somebody who has just confirmed who they are."""

    code = "confirmation_needed"


class NotByPrograms(Refusal):
    """A sign-off is the act of a person, never of a program."""

    code = "not_by_programs"


class DutiesNotSeparate(Refusal):
    """One person or unit would stand on two sides that must be apart."""

    code = "duties_not_separate"


class RelationNotAllowed(Refusal):
    """The units named do not stand in a relation the definition allows."""

    code = "relation_not_allowed"


class Stale(Refusal):
    """Somebody else acted on the case first."""

    code = "stale"


class RequestReused(Refusal):
    """A request id was used before for something else."""

    code = "request_reused"
