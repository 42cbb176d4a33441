"""Whatever somebody may do to a case stands on its page: with a form for every fact it needs, or
with the reason why not yet; in every state that a life has come to, for each who has a post there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from tests.api.callers import session_headers
from tests.api.pages.page import Form, Page
from tests.proof.conftest import Lives, reopened
from workflow.engine.case import Actor, Case
from workflow.engine.definition import Definition, Event
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.permits import permit
from workflow.store.casework.codec import case_of
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import CASE, HOLDING


@dataclass(frozen=True)
class Place:
    """A case in a state, and somebody who may do some of its events."""

    case: Case
    compiled: Compiled
    person: int
    events: dict[str, Event]

    def __str__(self) -> str:
        return f"{self.case.workflow} {self.case.state} {self.case.id} by {self.person}"


@pytest.fixture(scope="module")
def duban(lives: Lives, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Duban]:
    """The lived-in installation."""
    copies, life = lives("sqlite")
    story = replace(life, story=reopened(life, copies.make())).story
    folder = tmp_path_factory.mktemp("acts")
    yield Duban.on(story.database, Settings(data=folder), SimulatedClock(story.now))
    story.database.dispose()


@pytest.fixture(scope="module")
def places(duban: Duban) -> list[Place]:
    """Of each state of each workflow one open case, with everybody who may act on it."""
    with duban.database.reading() as connection:
        rows = connection.execute(select(CASE).where(CASE.c.closed_at.is_(None))).mappings()
        cases = {(one.definition, one.state): one for one in map(case_of, rows)}
        people = connection.execute(select(HOLDING.c.person_id).distinct()).scalars().all()
        actors = [actor_of(connection, person, duban.clock()) for person in people]
    return [
        Place(case, compiled, actor.person or 0, events)
        for case in cases.values()
        for compiled in (duban.catalog.version(case.definition),)
        for actor in _one_a_post(actors, case)
        if (events := _allowed(case, compiled, actor))
    ]


def _one_a_post(actors: list[Actor], case: Case) -> Iterator[Actor]:
    """Of the units that have a part in a case one of each kind of post, and whoever is named."""
    units, seen = {seat.unit for seat in case.parties.values()}, set[Any]()
    named = {row["person"] for rows in case.facts.values() if _names(rows) for row in rows}
    for actor in actors:
        posts = frozenset((post.unit, post.role) for post in actor.posts if post.unit in units)
        if posts and (posts not in seen or actor.person in named):
            seen.add(posts)
            yield actor


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict) and row.keys() == {"person", "unit"} for row in value
    )


def _allowed(case: Case, compiled: Compiled, actor: Actor) -> dict[str, Event]:
    events = compiled.events[case.state].items()
    return {name: one for name, one in events if one.by and _may(case, compiled, one, actor)}


def _may(case: Case, compiled: Compiled, event: Event, actor: Actor) -> bool:
    try:
        return permit(case, compiled.definition, event, actor) is not None
    except Refusal:
        return False


def test_whatever_somebody_may_do_has_its_form(duban: Duban, places: list[Place]) -> None:
    faults, forms = list[str](), 0
    with TestClient(create_app(duban), follow_redirects=False) as client:
        headers = {person: session_headers(duban, person) for person in _people(places)}
        for place in places:
            answer = client.get(f"/cases/{place.case.id}", headers=headers[place.person])
            assert answer.status_code == 200, str(place)
            offered = _forms(Page(answer))
            forms += len(offered)
            faults += _faults(place, offered, Page(answer).text)
    assert faults == []
    states = {(one.case.workflow, one.case.state) for one in places}
    print(f"figure: forms of acts read = {forms}, in states = {len(states)}")
    assert len({workflow for workflow, _ in states}) >= 15


def _people(places: list[Place]) -> set[int]:
    return {one.person for one in places}


def _forms(page: Page) -> dict[str, Form]:
    return {form.values["event"]: form for form in page.forms if "event" in form.values}


def _faults(place: Place, offered: dict[str, Form], text: str) -> Iterator[str]:
    definition = place.compiled.definition
    for name, event in place.events.items():
        if any(definition.facts[fact].computed for fact in event.needs):
            continue  # done by the arithmetic, wherever it is asked for
        if name in offered:
            asked = {one.attributes.get("name", "") for one in offered[name].element.all()}
            yield from (
                f"{place}: {name} does not ask for {fact}"
                for fact in _needed(event, definition)
                if not any(one.partition(".")[2].startswith(fact) for one in asked)
            )
        elif event.title not in text and event.clock is None:
            yield f"{place}: {name} is not offered"


def _needed(event: Event, definition: Definition) -> Iterator[str]:
    """The facts it needs from whoever does it; a sample is drawn by lot."""
    return (fact for fact in event.needs if definition.facts[fact].type != "sample")
