"""实施办法 art. 25: who does not do their duty is held to account, by those who may decide it.

The supervision office only hands over what it knows and records what came of it.
"""

from typing import Any

import pytest
from sqlalchemy import select

from tests.journeys import test_interview as interviews
from tests.journeys.play import COUNTY, Play, variation
from workflow.engine.errors import (
    ConditionNotMet,
    DutiesNotSeparate,
    InvalidInput,
    NotFound,
    NotYourTurn,
)
from workflow.store.lists import queries
from workflow.store.sight import scope
from workflow.store.tables.handles import PERSON

pytestmark = [pytest.mark.journey, pytest.mark.rights]

MAKER, OTHER, HEAD, CONTACT = (
    "zhou-dc.specialist1", "zhou-dc.specialist2", "zhou-dc.head", "zhou-bg.liaison",
)  # fmt: skip
LEAD: dict[str, Any] = {
    "subject": "虚报整改结果",
    "source": "虚假整改",
    "situation": "回头看发现路灯从未更换，销号照片系他处拍摄",
    "persons": "某某，时任分管负责人",
}
LETTER: dict[str, Any] = {
    "letter": "现将有关情况移送你们",
    "letter_number": "州督移〔2026〕1号",
    "materials": "照片四张",
    "contact": [CONTACT],
}


def lead(play: Play) -> int:
    return play.open(MAKER, "referral", parties={"concerned": COUNTY}, **LEAD)


def assessed(play: Play) -> int:
    case = lead(play)
    grounds: dict[str, Any] = {"grounds": "销号材料与现场不符，核查记录两份", "contact": [CONTACT]}
    assert play.act(MAKER, case, "assess", **grounds) == "assessed"
    return case


def receipted(play: Play) -> int:
    case = assessed(play)
    play.act(HEAD, case, "approve")
    play.act(MAKER, case, "transfer", **LETTER)
    assert play.act(CONTACT, case, "acknowledge", receipt="已收到，材料齐全") == "receipted"
    return case


def who_sees(play: Play, case: int) -> set[str]:
    """Of everybody in the prefecture: who finds the case by its address, and in a list."""
    with play.database.reading() as connection:
        everybody = connection.execute(select(PERSON.c.username)).scalars().all()
    found = set()
    for who in everybody:
        actor = play.actor(who)
        with play.database.reading() as connection:
            try:
                scope.check_scope(connection, actor, case)
                found.add(who)
            except NotFound:
                pass
            listed = queries.list_cases(connection, actor, queries.Filter()).rows
        assert (case in {row["id"] for row in listed}) == (who in found), who
    return found


def test_from_the_lead_to_the_recorded_result(play: Play) -> None:
    case = assessed(play)
    assert who_sees(play, case) == {MAKER, HEAD, CONTACT}
    play.act(HEAD, case, "approve")
    play.act(MAKER, case, "transfer", **LETTER)
    assert (play.state(case), play.due(case)) == ("transferred", None)
    play.act(CONTACT, case, "acknowledge", receipt="已收到")
    assert play.act(CONTACT, case, "feed_back", reply="已立案，给予处分") == "fed_back"
    recorded = {"outcome": "党内警告处分", "lenience": "本人未提出申诉"}
    assert play.act(MAKER, case, "record", **recorded) == "recorded"
    assert who_sees(play, case) == {MAKER, HEAD, CONTACT}, "for good"
    assert {one.who for one in play.told(case)} <= {MAKER, HEAD, CONTACT}


def test_what_an_interview_demanded_in_vain_is_proposed_to_those_who_prepared_it(
    play: Play,
) -> None:
    interview = interviews.reported(play)
    interviews.failed(play, interview)
    assert play.act("zhou.head", interview, "refer") == "referred"
    proposal = play.child(interview, "referral")
    known = play.case(proposal)
    assert (known.state, known.facts["source"]) == ("lead", "约谈未落实")
    assert known.facts["source_case"] == play.case(interview).number
    assert known.facts["situation"] == "约谈事由：整改逾期\n核查：抽查三处仍未修复"
    assert who_sees(play, proposal) == {HEAD}, "not even whoever decided upon it"


def test_who_knows_of_it_is_named_before_it_is_approved_and_may_change_until_the_end(
    play: Play,
) -> None:
    interview = interviews.reported(play)
    interviews.failed(play, interview)
    play.act("zhou.head", interview, "refer")
    case = play.child(interview, "referral")
    play.act(HEAD, case, "assess", grounds="核查报告两份，逾期三个月", contact=[CONTACT])
    refusal = play.refused(ConditionNotMet, HEAD, case, "approve")
    assert refusal.sentence == "请先列明知情人员，由他们起草、送出移送函"
    play.act(HEAD, case, "share", readers=[MAKER])
    play.act(HEAD, case, "approve")
    play.act(MAKER, case, "transfer", **LETTER)
    play.act(HEAD, case, "share", readers=[OTHER])  # MAKER goes to another office
    play.act(CONTACT, case, "acknowledge", receipt="已收到")
    play.act(CONTACT, case, "feed_back", reply="已谈话提醒")
    assert who_sees(play, case) == {OTHER, HEAD, CONTACT}
    play.refused(NotYourTurn, MAKER, case, "record", outcome="谈话提醒")
    assert play.act(OTHER, case, "record", outcome="谈话提醒") == "recorded"


def test_the_other_side_has_no_limit_and_is_asked_once(play: Play) -> None:
    case = receipted(play)
    play.until("2026-06-03")
    assert (play.state(case), play.marks(case)) == ("inquiring", ())
    assert CONTACT not in [one.who for one in play.told(case, since="2026-03-03")]
    play.act(MAKER, case, "inquire", inquiry="烦请告知办理进展")
    assert (play.state(case), play.due(case), play.timers(case)) == ("inquired", None, [])
    play.until("2026-12-01")
    assert play.state(case) == "inquired"
    on_paper = {"outcome": "批评教育", "lenience": "适用容错"}
    assert play.act(MAKER, case, "feed_back_on_paper", **on_paper) == "recorded"


@variation
def test_another_is_let_in_by_the_head_alone(play: Play) -> None:
    case = lead(play)
    play.refused(
        NotYourTurn, OTHER, case, "assess", grounds="材料不符，核查两份", contact=[CONTACT]
    )
    play.refused(NotYourTurn, MAKER, case, "share", readers=[MAKER, OTHER])
    play.refused(InvalidInput, HEAD, case, "share", readers=["zhou-zx.head"])
    play.act(HEAD, case, "share", readers=[MAKER, OTHER])
    assert who_sees(play, case) == {MAKER, OTHER, HEAD}


@variation
def test_who_found_it_does_not_approve_it(play: Play) -> None:
    case = assessed(play)
    play.refused(NotYourTurn, MAKER, case, "approve")
    play.stand_in(MAKER, HEAD)
    play.refused(DutiesNotSeparate, MAKER, case, "approve")
    assert play.act(HEAD, case, "drop", opinion="证据不足，改作提醒") == "dropped"


@variation
def test_material_is_asked_for_and_the_way_begins_again(play: Play) -> None:
    case = assessed(play)
    play.act(HEAD, case, "approve")
    play.act(MAKER, case, "transfer", **LETTER)
    assert play.act(CONTACT, case, "ask_more", receipt="请补充询问笔录") == "assessed"
    assert play.act(HEAD, case, "rework", opinion="补充询问笔录后再报") == "lead"


@variation
def test_nobody_named_belongs_to_the_unit_concerned(play: Play) -> None:
    case = lead(play)
    play.give_post(OTHER, COUNTY, "officer")
    play.refused(DutiesNotSeparate, HEAD, case, "share", readers=[MAKER, OTHER])
