"""The story of each message: owed, planned, sent, arrived, opened, failed – and sent again by a
person who looks after it.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.clock import SimulatedClock
from api.context import Duban
from notifications.channels import Channel, Outcome, Receipt
from notifications.ways import open_ways
from tests.api.pages.conftest import Browsers
from tests.api.pages.stories import SPECIALIST, walk_to
from tests.delivering import deliver_all_due
from tests.notifications.scripted import Scripted
from tests.prefecture import Prefecture
from workflow.store.outgoing import reports
from workflow.store.outgoing.reports import Fate, Report
from workflow.store.tables.handles import AUDIT, HOLDING, OUTBOX

MORNING = datetime(2026, 3, 3, 2, tzinfo=UTC)
REFUSED = Receipt(Outcome.REFUSED, "对方不收这个号码。")


@pytest.fixture
def case(duban: Duban, clock: SimulatedClock) -> int:
    """A case of which a unit is to be told in the morning; its id."""
    case = walk_to(duban, "assigned", clock)
    clock.advance_to(MORNING)
    return case


def deliver(duban: Duban, **ways: Channel) -> None:
    mailboxes = open_ways(duban.database, duban.clock)
    deliver_all_due(duban.database, {**mailboxes, **ways}, duban.catalog.calendar, duban.clock())


def message_to(duban: Duban, username: str, way: str) -> int:
    query = select(OUTBOX.c.id).where(
        OUTBOX.c.person_id == Prefecture(duban.database).person(username), OUTBOX.c.way == way
    )
    with duban.database.reading() as connection:
        return int(connection.execute(query.order_by(OUTBOX.c.id)).scalars().first() or 0)


def hear(duban: Duban, message: int, fate: Fate, words: str) -> None:
    """A provider takes a message over and says later what became of it."""
    with duban.database.unit_of_work() as connection:
        reports.record_handover(connection, message, "email", "a@b.cn", ["id-1"], duban.clock())
        reports.keep(connection, "email", [Report("id-1", fate, words)], duban.clock())


def test_a_message_tells_its_whole_story(
    browser: Browsers, duban: Duban, clock: SimulatedClock, case: int
) -> None:
    deliver(duban)
    hear(duban, message_to(duban, "xingyi.liaison", "email"), Fate.DELIVERED, "已放进信箱。")
    clock.advance_to(MORNING + timedelta(hours=1))
    browser("xingyi.liaison").get("/messages")
    told = browser(SPECIALIST).get(f"/cases/{case}/messages").text
    story = told[told.index("王建安 兴义市 待办 邮件 已读") :]
    moments = ["应发 2026年3月2日", "计划 2026年3月", "送出", "送达", "收件人在系统里打开"]
    places = [story.index(moment) for moment in moments]
    assert places == sorted(places)
    assert "对方已经知道" in story


def test_a_message_that_nobody_opened_is_not_read(
    browser: Browsers, duban: Duban, case: int
) -> None:
    deliver(duban)
    told = browser(SPECIALIST).get(f"/cases/{case}/messages").text
    assert "王建安 兴义市 待办 邮件 已送出" in told
    assert "已读" not in told


def test_opening_the_case_is_reading_what_was_told_of_it(
    browser: Browsers, duban: Duban, case: int
) -> None:
    deliver(duban)
    browser("xingyi.liaison").get(f"/cases/{case}")
    assert "王建安 兴义市 待办 短信 已读" in browser(SPECIALIST).get(f"/cases/{case}/messages").text


def test_a_returned_mail_is_trouble_and_goes_again_once(
    browser: Browsers, duban: Duban, case: int
) -> None:
    deliver(duban, sms=Scripted([REFUSED] * 9))
    mail = message_to(duban, "xingyi.liaison", "email")
    hear(duban, mail, Fate.UNDELIVERED, "对方信箱已满。")
    specialist = browser(SPECIALIST)
    assert "对方信箱已满" in specialist.get("/messages").main.one(class_="trouble").text
    form = next(
        one for one in specialist.get("/messages").forms if one.action == f"/messages/{mail}/resend"
    )
    assert "已重新安排发送" in specialist.post(form.action, form.values).text
    shown_anew = form.values | {"request": "another form"}
    assert "不需要重发" in specialist.post(form.action, shown_anew).text
    with duban.database.reading() as connection:
        again = select(OUTBOX.c.id).where(OUTBOX.c.key.startswith("again."))
        assert len(connection.execute(again).all()) == 1
        acts = connection.execute(select(AUDIT.c.subject_id).where(AUDIT.c.kind == "resend"))
        assert acts.scalars().all() == [mail]
    assert f"/messages/{mail}/resend" not in specialist.get("/messages").text
    del case


@pytest.mark.rights
def test_a_post_elsewhere_does_not_offer_what_would_be_refused(
    browser: Browsers, duban: Duban, case: int
) -> None:
    """A head of another county who helps out here sees the case as what they are here."""
    deliver(duban, sms=Scripted([REFUSED] * 9))
    mail = message_to(duban, "xingyi.liaison", "email")
    hear(duban, mail, Fate.UNDELIVERED, "对方信箱已满。")
    place = Prefecture(duban.database)
    with duban.database.unit_of_work() as connection:
        here = select(HOLDING.c.post_id).where(
            HOLDING.c.person_id == place.person("xingyi.liaison")
        )
        helps = {
            "post_id": connection.execute(here).scalar_one(),
            "person_id": place.person("wangmo.head"),
            "kind": "deputy",
            "begins_at": duban.clock(),
        }
        connection.execute(HOLDING.insert().values(helps))
    again = f"/messages/{mail}/resend"
    for username, may in (("wangmo.head", False), (SPECIALIST, True)):
        forms = browser(username).get(f"/cases/{case}/messages").forms
        assert (again in [form.action for form in forms]) == may


@pytest.mark.rights
def test_only_who_looks_after_a_case_sends_its_messages_again(
    browser: Browsers, duban: Duban, case: int
) -> None:
    deliver(duban, sms=Scripted([REFUSED] * 9))
    lost = message_to(duban, "xingyi.liaison", "sms")
    for username in ("xingyi.liaison", "wangmo.head"):
        token = browser(username).get("/messages").root.one("input", name="csrf")
        form = {"csrf": token.attributes["value"]}
        answer = browser(username).client.post(f"/messages/{lost}/resend", data=form)
        assert answer.status_code == 404
    del case
