"""What is wrong with a request about a case: each mistake at its place in the body, an opening's
all at once.

Places are written as for every malformed body: `facts.found_on`, `parties.responsible`, `unit`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from api.context import Duban
from api.presenting.opening import asked_parties, wrong_facts
from api.rest.inputs import OpenBody
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidInput, NotFound
from workflow.engine.machine import Compiled
from workflow.store.offices.organisation import unit_by_code

Problems = dict[str, str]
"""Sentences by place."""


def wrong(problems: Mapping[str, str]) -> InvalidInput:
    """The refusal that tells all of these."""
    return InvalidInput("；".join(dict.fromkeys(problems.values())), {"fields": dict(problems)})


@contextmanager
def in_place() -> Iterator[None]:
    """Have a refusal of what was sent say where it stands."""
    try:
        yield
    except InvalidInput as refused:
        if problems := _placed(refused):
            raise wrong(problems) from refused
        raise


@contextmanager
def all_in_place(duban: Duban, body: OpenBody) -> Iterator[None]:
    """Have the refusal of an opening tell also what would have been refused after it."""
    try:
        yield
    except (InvalidInput, NotFound) as refused:
        if problems := _all(duban, body, refused):
            raise wrong(problems) from refused
        raise


def workflow_named(duban: Duban, name: str) -> Compiled:
    """The newest version of the workflow that a request names; raises InvalidInput: where there is
    none, the request is wrong and not its address.
    """
    duban.catalog.reload()
    try:
        return duban.catalog.newest(name)
    except NotFound as error:
        hint = error.data["hint"]  # a program may read names that no page says
        raise wrong({"workflow": f"{error.sentence}（{hint}）"}) from None


def units_of(duban: Duban, body: OpenBody) -> dict[str, int]:
    """The units of the named parties; raises InvalidInput for all codes that are none's."""
    units, problems = {}, {}
    with duban.database.reading() as connection:
        for party, code in body.parties.items():
            try:
                units[party] = unit_by_code(connection, code)
            except NotFound as error:
                problems[f"parties.{party}"] = error.sentence
    if problems:
        raise wrong(problems)
    return units


def _all(duban: Duban, body: OpenBody, refused: InvalidInput | NotFound) -> Problems:
    try:
        definition = workflow_named(duban, body.workflow).definition
    except InvalidInput as unknown:
        return _placed(unknown) | _placed(refused)
    return _misnamed(definition, body) | _wrong_facts(definition, body) | _placed(refused)


def _placed(refused: InvalidInput | NotFound) -> Problems:
    data = refused.data
    if isinstance(fields := data.get("fields"), Mapping):
        return dict(fields)
    if isinstance(facts := data.get("facts"), Mapping):
        return {f"facts.{name}": sentence for name, sentence in facts.items()}
    return {name: refused.sentence for name in ("request", "unit", "person") if name in data}


def _misnamed(definition: Definition, body: OpenBody) -> Problems:
    problems = {
        f"parties.{name}": f"没有“{name[:30]}”这一方"
        for name in body.parties
        if name not in definition.parties
    }
    for name, party, needed in asked_parties(definition):
        if needed and name not in body.parties:
            problems[f"parties.{name}"] = f"请指明{party.title}"
    return problems


def _wrong_facts(definition: Definition, body: OpenBody) -> Problems:
    problems = wrong_facts(definition, body.facts)
    return {f"facts.{name}": sentence for name, sentence in problems.items()}
