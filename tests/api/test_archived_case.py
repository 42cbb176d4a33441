"""A case in the archive is asked for as any other, and nobody can do anything more with it."""

from datetime import timedelta
from typing import Any

import pytest

from api.context import Duban
from tests.api.callers import Caller, refused
from tests.api.conftest import Rest
from workflow.doctor import examine
from workflow.store.evidence import archive

HEAD = "zhou-dc.head"


@pytest.fixture
def case(rest: Rest) -> int:
    """A case that was found to be no problem."""
    opened = int(rest("zhou-dc.specialist1").open().json()["case"])
    fired = rest(HEAD).fire(opened, "withdraw", {"reason": "经核实不属实"})
    assert fired.status_code == 200, fired.text
    return opened


def put_away(duban: Duban) -> None:
    """Move what has ended into the archive, as `duban archive` does once it is old enough."""
    later = duban.clock() + timedelta(minutes=1)
    with duban.database.unit_of_work() as connection:
        assert archive.move(connection, archive.lock_ended(connection, later, 10)).rows


def everything_about(case: int, reader: Caller) -> list[Any]:
    """All that REST tells of a case."""
    about = ("", "/history", "/timers", "/messages")
    answers = [reader.get(f"/cases/{case}{path}") for path in about]
    answers += [reader.get("/cases", open=False), reader.get("/cases", unit="522301")]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def test_it_is_told_as_before(case: int, rest: Rest, duban: Duban) -> None:
    before = everything_about(case, rest(HEAD))
    put_away(duban)
    assert everything_about(case, rest(HEAD)) == before
    assert [one["id"] for one in before[4]["items"]] == [case]
    assert examine(duban.database, duban.catalog, duban.clock()).clean


def test_nothing_more_is_done_with_it(case: int, rest: Rest, duban: Duban) -> None:
    put_away(duban)
    refused(rest("zhou-dc.specialist1").fire(case, "dispatch"), 409, "out_of_turn")


def test_who_never_saw_it_does_not_see_it_there(case: int, rest: Rest, duban: Duban) -> None:
    put_away(duban)
    stranger = rest("xingren.liaison")
    for path in ("", "/history", "/timers", "/messages"):
        refused(stranger.get(f"/cases/{case}{path}"), 404, "not_found")
