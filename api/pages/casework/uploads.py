"""Files in a form: those chosen now are brought at once, those brought before are named again.

A form that is refused is shown again with everything that stood in it; its files have been kept
and stand in it by name, so that nobody chooses them twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile

from api.attaching import receive
from api.auth import Someone
from api.auth.kept_form import LOST
from api.auth.posted import MOST_TAKEN, Cut
from api.context import Duban
from api.inspecting.places import TooBusy
from api.pages.forms import facts_in, stood_in, text_in, whole
from workflow.engine.attachments import most_of
from workflow.engine.definition import FILE_TYPES, Definition
from workflow.engine.errors import InvalidInput, Refusal
from workflow.store.casework import attachments
from workflow.store.casework.attachments import Attachment, QuotaExceeded

_TOO_MUCH = (
    f"这次选的文件合计超过 {MOST_TAKEN // 1024 // 1024} 兆，都没有接收；"
    "请少选几个，或压缩以后重新选择，填写的内容还在"
)


@dataclass(frozen=True, slots=True)
class Filled:
    """The facts of a form, attachments among them, and the sentences about files not taken.

    `stood` are the facts of the case that the form was shown with.
    """

    facts: dict[str, Any]
    stood: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def emptied(self) -> tuple[str, ...]:
        """The facts that stood in the form and do not stand there now."""
        return tuple(name for name in self.stood if name not in self.facts)

    def check(self) -> None:
        """Raise InvalidInput when a file was not taken: then nothing is done."""
        if self.problems:
            raise InvalidInput("；".join(self.problems.values()), {"facts": self.problems})

    def problems_beside(self, refusal: Refusal) -> dict[str, str]:
        """What stands beside the fields of the form when it is shown again: what the refusal says
        of facts, and the files that were not taken, whatever else was wrong.
        """
        beside = refusal.data.get("facts")
        said = {str(k): str(v) for k, v in beside.items()} if isinstance(beside, Mapping) else {}
        return {**said, **self.problems}


def fill(
    duban: Duban,
    someone: Someone,
    form: FormData,
    definition: Definition,
    case_id: int | None = None,
) -> Filled:
    """What a form gives, with its files brought; `case_id` is the case it is about."""
    filled = Filled(facts_in(form, definition), stood_in(form, definition))
    for name, fact in definition.facts.items():
        if fact.type not in FILE_TYPES:
            continue
        kept = _kept(duban, someone, form, f"fact.{name}", case_id)
        chosen = list(_chosen(form, f"fact.{name}"))
        if text_in(form, f"fact.{name}{LOST}"):
            filled.problems[name] = f"{fact.title}：登录过期时选的文件没有保留，请重新选择"
        if isinstance(form, Cut) and f"fact.{name}" in form.chosen:
            filled.problems[name] = f"{fact.title}：{_TOO_MUCH}"
        if len(kept) + len(chosen) > most_of(fact):
            filled.problems[name] = f"{fact.title}：至多 {most_of(fact)} 个"
            chosen = []
        found, problem = _brought(duban, someone, chosen)
        if problem:
            filled.problems[name] = f"{fact.title}：{problem}"
        if references := [one.reference for one in (*kept, *found)]:
            filled.facts[name] = references
    return filled


def _chosen(form: FormData, name: str) -> Iterator[UploadFile]:
    for value in form.getlist(name):
        if isinstance(value, UploadFile) and (value.filename or value.size):
            yield value


def _brought(
    duban: Duban, someone: Someone, chosen: list[UploadFile]
) -> tuple[list[Attachment], str]:
    found, problems = [], []
    for one in chosen:
        try:
            found.append(receive(duban, someone, one.filename or "", one.file.read()))
        except (InvalidInput, QuotaExceeded, TooBusy) as refusal:
            problems.append(refusal.sentence)
    return found, "；".join(problems)


def _kept(
    duban: Duban, someone: Someone, form: FormData, name: str, case_id: int | None
) -> list[Attachment]:
    """What the form names of that which was brought before."""
    texts = (value for value in form.getlist(f"{name}.kept") if isinstance(value, str))
    ids = [id_ for id_ in dict.fromkeys(map(whole, texts)) if id_]
    if not ids:
        return []
    with duban.database.reading() as connection:
        wanted = ids[: attachments.MOST_NAMED]
        known = attachments.usable(connection, wanted, someone.person, case_id)
    return [known[id_] for id_ in ids if id_ in known]
