"""办法第二十一条: what an inspection finds is handed over in writing. A letter that was wrong is
void (作废): its number stays where it stood, with the reason; the next one takes the next number.
"""

from datetime import timedelta

import pytest

from tests.journeys.desk import Desk
from tests.journeys.play import Play
from tests.journeys.problems import FINDER
from tests.journeys.test_documents import undated
from workflow.archiving import archive_ended
from workflow.doctor import examine
from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound, NotYourTurn
from workflow.store.casework import documents

pytestmark = pytest.mark.journey

WHY = "主送单位写错，另行发文"


def void(play: Play, who: str, case: int, seq: int, reason: str = WHY) -> None:
    play.now = play.now.replace(minute=(play.now.minute + 1) % 60)
    play.commands.void_document(
        case_id=case,
        seq=seq,
        reason=reason,
        actor=play.actor(who),
        request=play.new_request(),
        now=play.now,
    )


def registered(play: Play, who: str) -> list[tuple[str, str | None, str | None]]:
    """The register as somebody reads it: number, title, why it is void."""
    with play.database.reading() as connection:
        rows, more = documents.register(connection, play.actor(who), 2026, 100)
    assert not more
    return [(row["number"], row["title"], row["void"]) for row in rows]


def test_a_void_number_stays_and_is_explained(play: Play, desk: Desk) -> None:
    case = undated(play)
    wrong = desk.issue(FINDER, case, "dispatch_notice")
    void(play, FINDER, case, wrong.seq)
    assert play.events(case)[-1] == "void_document"
    assert "dispatch_number" not in play.case(case).facts
    right = desk.issue(FINDER, case, "dispatch_notice")  # though it may be issued but once
    assert (wrong.number, right.number) == ("州督查局函〔2026〕1号", "州督查局函〔2026〕2号")
    assert play.case(case).facts["dispatch_number"] == right.number
    title = right.name.partition(" ")[2].removesuffix(".docx")
    assert registered(play, FINDER) == [
        ("州督查局函〔2026〕2号", title, None),
        ("州督查局函〔2026〕1号", title, WHY),
    ]
    assert registered(play, "xingyi.liaison") == registered(play, FINDER)  # who sees the case
    assert registered(play, "anlong.liaison") == []


def test_only_who_may_issue_it_makes_it_void_with_a_reason_and_once(play: Play, desk: Desk) -> None:
    case = undated(play)
    seq = desk.issue(FINDER, case, "dispatch_notice").seq
    with pytest.raises(NotYourTurn):
        void(play, "xingyi.liaison", case, seq)
    for empty in ("", " 错 ", "长" * 201):
        with pytest.raises(InvalidInput, match="作废的理由"):
            void(play, FINDER, case, seq, empty)
    with pytest.raises(NotFound):
        void(play, FINDER, case, seq - 1)
    void(play, FINDER, case, seq)
    with pytest.raises(ConditionNotMet, match="已经作废"):
        void(play, FINDER, case, seq)


def test_a_case_with_documents_goes_into_the_archive_and_its_register_reads_on(
    play: Play, desk: Desk
) -> None:
    case = undated(play)
    desk.issue(FINDER, case, "dispatch_notice")
    play.act("zhou-dc.head", case, "withdraw_case", reason="经核实不属实")
    before = (registered(play, FINDER), play.events(case))
    play.now += timedelta(days=4 * 366)
    assert archive_ended(play.database, 3, play.now).cases == 1
    assert (registered(play, FINDER), play.events(case)) == before
    assert archive_ended(play.database, 3, play.now).cases == 0
    assert examine(play.database, play.catalog, play.now).clean
