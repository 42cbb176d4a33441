"""Who called a hotline is for the desk alone: no page, list, export, history or message of anybody
else has it, and no form asks them for it (来电人 never appears at the 责任单位).
"""

from typing import Any

import pytest
from sqlalchemy import select

from api.context import Duban
from api.spreadsheets.reading import read_sheet
from tests.api.pages.conftest import Browser, Browsers
from tests.prefecture import Prefecture
from workflow.commands import Commands
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import OUTBOX, PERSON

pytestmark = pytest.mark.rights

CALLER, PHONE, VISIT = "王小毛", "13900001111", "老人说没有人来过"
DESK, UNIT, SUPERVISOR, ABOVE = (
    "xingyi-bg.liaison", "jingnan.liaison", "xingyi-dc.head", "xingyi.head",
)  # fmt: skip


@pytest.fixture
def case(duban: Duban) -> int:
    """A ticket that was dispatched, answered and sent back after a call."""
    commands, prefecture = Commands(duban.database, duban.catalog), Prefecture(duban.database)
    now = duban.clock()

    def act(who: str, event: str, case: int, **facts: str) -> None:
        with duban.database.reading() as connection:
            person = connection.execute(select(PERSON.c.id).where(PERSON.c.username == who))
            actor = actor_of(connection, person.scalar_one(), now)
        ask: dict[str, Any] = {"actor": actor, "request": f"{who} {event}", "facts": facts}
        ask["now"] = now
        if event == "open":
            parties = {"responsible": prefecture.unit("522301100")}
            opened.append(commands.open_case(workflow="hotline", parties=parties, **ask).case)
        else:
            commands.fire(case_id=case, event=event, **ask)

    opened: list[int] = []
    act(
        DESK, "open", 0,
        external_number="A-1", platform="12345", caller=CALLER, caller_phone=PHONE,
        category="投诉", urgency="一般", topic="饮水", place="二组", appeal="停水九天没有人修",
    )  # fmt: skip
    act(DESK, "dispatch", opened[0])
    act(UNIT, "accept", opened[0])
    act(UNIT, "reply", opened[0], answer="水管已经修好")
    again = {"visit_record": VISIT, "further_requirements": "请到现场去"}
    act("xingyi-bg.officer", "redo", opened[0], **again)
    return opened[0]


def everything(browser: Browser, case: int) -> str:
    """All that somebody can fetch about the case, by every door."""
    ledger = "/ledgers/hotline/tickets"
    doors = [
        f"/cases/{case}", ledger, "/ledgers/hotline/answers", "/ledgers/hotline/reconciliation",
        f"/api/v1/cases/{case}", f"/api/v1/cases/{case}/history", f"/api/v1/cases/{case}/messages",
        "/api/v1/cases?workflow=hotline&ledger=tickets", "/", "/messages",
    ]  # fmt: skip
    answers = [browser.client.get(door) for door in doors]
    assert {one.status_code for one in answers} == {200}, [one.url for one in answers]
    sheet = browser.client.get(f"{ledger}/sheet.xlsx").content
    cells = [str(cell) for _, cells in read_sheet(sheet) for cell in cells]
    assert "停水九天没有人修" in cells
    return "\n".join([*(one.text for one in answers), *cells])


@pytest.mark.parametrize(
    ("who", "seen"),
    [(DESK, {CALLER, PHONE, VISIT}), (SUPERVISOR, {VISIT}), (UNIT, set()), (ABOVE, set())],
)
def test_only_those_named_see_a_fact_by_any_door(
    who: str, seen: set[str], browser: Browsers, case: int
) -> None:
    found = everything(browser(who), case)
    assert {secret for secret in (CALLER, PHONE, VISIT) if secret in found} == seen


def test_no_message_says_it(duban: Duban, case: int) -> None:
    with duban.database.reading() as connection:
        rows = connection.execute(select(OUTBOX.c.variables).where(OUTBOX.c.case_id == case))
        told = "\n".join(rows.scalars())
    assert "停水" in told
    assert not [secret for secret in (CALLER, PHONE, VISIT) if secret in told]


@pytest.mark.parametrize(
    ("who", "proven"), [(DESK, 5), (SUPERVISOR, 0), (UNIT, 0)], ids=["desk", "supervisor", "unit"]
)
def test_no_hash_is_shown_in_which_a_secret_could_be_found_by_trying(
    who: str, proven: int, browser: Browsers, case: int
) -> None:
    """The first row has the caller's number, and every later hash hangs on its own."""
    rows = browser(who).client.get(f"/api/v1/cases/{case}/history").json()
    assert len(rows) == 5
    assert [row["seq"] for row in rows if row["hash"]] == list(range(1, proven + 1))
    known = {row["prev"] for row in rows if row["prev"]}
    assert known - {rows[0]["prev"]} == {row["hash"] for row in rows[:-1] if row["hash"]}
    assert "caller_phone" in rows[0]["withheld"] or who == DESK
