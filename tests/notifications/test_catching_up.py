"""When a way works again nobody is told the same twice, and what still waits is still said."""

import pytest
from sqlalchemy import insert

from notifications.channels import Channel, Outcome, Receipt
from tests.delivering import deliver_all_due
from tests.notifications.conftest import At, Desk
from tests.notifications.scripted import Scripted
from tests.prefecture import NOW
from workflow.engine.calendar import Calendar
from workflow.store.database import Database
from workflow.store.tables.handles import HISTORY, MOVE

pytestmark = pytest.mark.notify

DOWN = Receipt(Outcome.FAILED, "连不上。")


def down(times: int) -> dict[str, Channel]:
    """A mail server that fails so often and then works."""
    return {"email": Scripted([DOWN] * times)}


def test_a_digest_that_could_not_go_becomes_the_next_day_s(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    """Friday's is tried all through the day, and goes on Monday with Monday's, as one."""
    case = desk.case()
    desk.owe(case=case, urgency="digest", wake_at=at("06 09:00"))
    ways = down(6)
    for hour in ("09:00", "09:01", "09:06", "09:36", "11:36", "17:36"):
        deliver_all_due(database, ways, calendar, at(f"06 {hour}"))
    [friday] = desk.digests()
    assert (friday["status"], friday["attempts"]) == ("waiting", 6)
    assert friday["wake_at"] == at("09 09:00")  # neither on Saturday nor at eight
    desk.owe(urgency="digest", wake_at=at("09 09:00"))
    assert deliver_all_due(database, ways, calendar, at("09 09:00")).sent == 1
    friday, monday = desk.digests()
    assert (friday["status"], monday["status"]) == ("cancelled", "sent")
    assert monday["text"].count("饮水管网漏损") == 2
    assert monday["attempts"] == 7  # what was tried in vain still counts


def test_a_digest_without_anything_new_goes_as_the_day_s_all_the_same(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    desk.owe(urgency="digest", wake_at=at("06 09:00"))
    ways = down(1)
    deliver_all_due(database, ways, calendar, at("06 19:59"))
    assert deliver_all_due(database, ways, calendar, at("09 09:00")).sent == 1
    desk.owe(urgency="digest", wake_at=at("09 11:00"))
    assert deliver_all_due(database, ways, calendar, at("09 11:00")).sent == 0  # it had its digest


def test_two_reminders_that_waited_go_as_the_later_one(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    case = desk.case()
    first = desk.owe(case=case, template="reminder", wake_at=at("03 09:00"))
    second = desk.owe(case=case, seq=2, template="reminder", wake_at=at("05 09:00"))
    desk.change_message(second, created_at=at("05 09:00"))
    assert deliver_all_due(database, down(0), calendar, at("05 10:00")).sent == 1
    assert [desk.row(one)["status"] for one in (first, second)] == ["cancelled", "sent"]
    assert "其后的提醒" in desk.row(first)["detail"]


def test_news_and_letters_are_never_left_out(
    desk: Desk, database: Database, calendar: Calendar, at: At
) -> None:
    case = desk.case()
    for template in ("told", "urged"):
        desk.owe(case=case, template=template, wake_at=at("03 09:00"))
    last = desk.owe(case=case, seq=2, template="overdue", wake_at=at("05 09:00"))
    desk.change_message(last, created_at=at("05 09:00"))
    assert deliver_all_due(database, down(0), calendar, at("05 10:00")).sent == 3


@pytest.mark.parametrize("moves", [False, True])
def test_a_limit_worked_out_again_leaves_the_task_standing(
    desk: Desk, database: Database, calendar: Calendar, at: At, moves: bool
) -> None:
    """A new holiday notice begins the timers anew; a move ends what was asked before it."""
    case = desk.case(entry=3)
    history(desk, case, 2, "submit" if moves else "save", moves=moves)
    history(desk, case, 3, "recalculate", moves=False)
    desk.owe(case=case, seq=1, wake_at=at("03 09:00"))
    sent = deliver_all_due(database, down(0), calendar, at("03 09:00")).sent
    assert sent == (0 if moves else 1)


def history(desk: Desk, case: int, seq: int, event: str, *, moves: bool) -> None:
    """A row of a case's history, as far as messages look at it."""
    move = {"definition_id": desk.definition, "event": event, "from_state": "open"}
    move["to_state"] = "done" if moves else "open"
    row = {
        **move, "case_id": case, "seq": seq, "cycle": 1, "actor": "clock", "at": NOW,
        "inputs": "{}", "seen": "{}", "effects": "{}", "alg": "sha256",
        "prev": "0", "hash": str(seq),
    }  # fmt: skip
    with desk.database.unit_of_work() as connection:
        connection.execute(insert(MOVE).values(move))
        connection.execute(insert(HISTORY).values(row))
