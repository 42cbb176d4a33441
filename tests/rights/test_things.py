"""Everybody asks for what is really there, against `things.txt`; and wherever the code forgets to
ask who sees a case, or whose a thing is, the walk comes upon it.
"""

import sys
from collections.abc import Callable
from time import perf_counter
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select, true

from tests.apart import run_apart
from tests.rights.expected import THINGS, Thing
from tests.rights.walking import Walk
from workflow.engine.case import Actor, Case
from workflow.store import jobs
from workflow.store.casework import attachments, cases
from workflow.store.casework.attachments import Attachment
from workflow.store.outgoing import mailbox, messages
from workflow.store.tables.handles import USE

pytestmark = pytest.mark.rights


# Planted: somewhere nobody asks any more. This comes first: the walk uses things up.

STRANGER = "liaison"
"""The liaison of the unit inspected, who learns nothing of the inspection."""

FORGETFUL = {
    # where scope is asked for: what this person asks for there
    "api.attaching": "GET /api/v1/cases/{case_id}/files/{attachment_id}",
    "api.pages.casework.case": "GET /cases/{case_id}",
    "api.pages.casework.case_messages": "GET /cases/{case_id}/messages",
    "api.pages.casework.message_preview": "GET /cases/{case_id}/messages/preview",
    "api.pages.casework.contacts": "POST /cases/{case_id}/contacts/{person}",
    "api.pages.casework.diagrams": "GET /cases/{case_id}/diagram.svg",
    "api.pages.casework.draws": "GET /cases/{case_id}/draws",
    "api.pages.casework.tallies": "GET /cases/{case_id}/tallies/{name}",
    "api.pages.casework.voiding": "GET /cases/{case_id}/issued/{seq}/void",
    "api.papers.issuing": "GET /cases/{case_id}/documents/{name}",
    "api.papers.previews": "GET /cases/{case_id}/issued/{seq}/preview.pdf",
    "api.papers.sealing": "GET /cases/{case_id}/issued/{seq}/sealed",
    "api.rest.case_view": "GET /api/v1/cases/{case_id}",
    "api.rest.cases": "POST /api/v1/cases/{case_id}/fire",
    "api.rest.documents": "GET /api/v1/cases/{case_id}/documents",
    "api.rest.draws": "GET /api/v1/cases/{case_id}/draws",
    "api.rest.trail": "GET /api/v1/cases/{case_id}/history",
    "workflow.store.lists.attention": "POST /cases/{case_id}/watch",
}


def _whole(connection: Connection, actor: Actor, case_id: int) -> Case:
    return cases.read_case(connection, case_id)[0]


_ASKING: dict[str, Callable[..., Any]] = {"check_scope": lambda *_: None, "case_in_scope": _whole}


def test_wherever_scope_is_asked_for_it_is_forgotten_once() -> None:
    asking = {
        name
        for name, module in sys.modules.items()
        if name.startswith(("api.", "workflow.")) and _ASKING.keys() & vars(module).keys()
    }
    definers = {"workflow.store.sight.scope", "workflow.store.casework.cases"}
    assert asking - definers == FORGETFUL.keys()


@pytest.mark.parametrize("module", FORGETFUL)
def test_scope_that_is_forgotten_shows(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    for name, careless in _ASKING.items():
        if hasattr(sys.modules[module], name):
            monkeypatch.setattr(sys.modules[module], name, careless)
    route = FORGETFUL[module]
    things = [one for one in THINGS if one.route == route] or [Thing(route, "secret", ())]
    assert differences(walk, things)


def _anybodys(connection: Connection, query: Select[Any], person: int) -> list[jobs.Job]:
    return [jobs._job(row) for row in connection.execute(query).mappings()]


def _of_any_case(connection: Connection, case_id: int, attachment_id: int) -> Attachment:
    using = select(USE.c.case_id).where(USE.c.attachment_id == attachment_id)
    case = connection.execute(using).scalars().first() or case_id
    return _ONE_OF_CASE(connection, case, attachment_id)


_ONE_OF_CASE = attachments.one_of_case

TOO_MUCH: dict[str, tuple[ModuleType, str, Callable[..., Any]]] = {
    # the thing: where it is found out whose it is, and how that is forgotten
    "liaison.job": (jobs, "_read", _anybodys),
    "secret.mail": (mailbox, "_readable", lambda _: true()),
    "secret.message": (messages, "_seen", lambda _: []),
    "own.file_of_secret": (attachments, "one_of_case", _of_any_case),
}


@pytest.mark.parametrize("thing", TOO_MUCH)
def test_an_owner_who_is_forgotten_shows(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    monkeypatch.setattr(*TOO_MUCH[thing])
    who = "leader" if thing == "liaison.job" else STRANGER
    assert differences(walk, [one for one in THINGS if one.thing == thing], who)


def differences(walk: Walk, things: list[Thing], who: str = STRANGER) -> list[str]:
    """What differs where one person asks for things."""
    walk.differences.clear()
    run_apart(walk.walk_to(things, [who]))
    return list(walk.differences)


# Nothing planted


def test_nobody_gets_to_what_is_not_theirs(walk: Walk) -> None:
    walk.differences.clear()
    begun, before = perf_counter(), walk.calls
    run_apart(walk.walk_to(THINGS))
    print(f"figure: rights_things_calls = {walk.calls - before}")
    print(f"figure: rights_things_seconds = {perf_counter() - begun:.1f}")
    print(f"figure: rights_things_differences = {len(walk.differences)}")
    assert not walk.differences, "\n".join(walk.differences)
