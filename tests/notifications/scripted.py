"""A channel that answers by order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notifications.channels import Envelope, Outcome, Receipt, Sender

ACCEPTED = Receipt(Outcome.ACCEPTED, "好。")


@dataclass
class Scripted:
    """A channel that answers by order; after its script all is accepted."""

    script: list[Receipt | BaseException] = field(default_factory=list)
    got: list[Envelope] = field(default_factory=list)
    answers: dict[str, list[Outcome]] = field(default_factory=dict)
    name: str = "scripted"

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        yield self

    def send(self, envelope: Envelope) -> Receipt:
        self.got.append(envelope)
        answer = self.script.pop(0) if self.script else ACCEPTED
        if isinstance(answer, BaseException):
            raise answer
        self.answers.setdefault(envelope.key, []).append(answer.outcome)
        return answer
