"""意见 三（二）: “运用好‘乡村振兴云’和‘12317’‘12345’政务服务便民热线”. What those platforms hear
comes in by one door: signed from their machines, or as a table that somebody was sent.

It is mirrored: worked on here, answered once, and there.
"""

from typing import Any

import pytest

from tests.api.door import DESK, Platform, ticket
from tests.api.sheets import csv, xlsx
from tests.journeys.front import Front
from tests.journeys.play import TOWNSHIP, Play
from tests.journeys.problems import OF_A_TOWNSHIP, PLAN, archived
from workflow.engine.errors import OutOfTurn

pytestmark = pytest.mark.journey

CLOUD = "乡村振兴云"
UNIT, SUPERVISOR = "jingnan.liaison", "xingyi-dc.specialist"


def heard(number: str, **changes: str) -> dict[str, Any]:
    """A row of what the platform has heard about one and the same thing."""
    return ticket(number, 来源平台=CLOUD, **changes)


@pytest.fixture
def cloud(front: Front) -> Platform:
    """The platform, as the system administrator has entered it for the desk of 兴义市."""
    return front.platform("rural-cloud", DESK)


def test_what_the_cloud_sends_signed_is_worked_on_here_and_answered_there(
    play: Play, front: Front, cloud: Platform
) -> None:
    answer = cloud.send({"rows": [heard("YUN-1")]}).json()
    assert (answer["opened"], answer["rows"][0]["state"]) == (1, "待派单")
    (case,) = play.of_workflow("hotline")
    assert play.case(case).facts["platform"] == CLOUD
    assert play.seat(case, "responsible") == TOWNSHIP
    assert case in play.desk(DESK)

    play.act(DESK, case, "dispatch")
    play.act(UNIT, case, "accept")
    play.act(UNIT, case, "reply", answer="水管当天修好，已经通水")
    known = front.at_now(cloud).send({"rows": [heard("YUN-1")]}).json()["rows"][0]
    assert (known["outcome"], known["state"]) == ("known", "待回访")
    there = {
        "external": "YUN-1",
        "event": "answered_there",
        "facts": {"visit_record": "平台已回访，群众满意"},
    }
    (told,) = front.at_now(cloud).send({"events": [there]}).json()["events"]
    assert (told["outcome"], told["state"]) == ("done", "已办结")
    assert play.state(case) == "closed"
    play.refused(OutOfTurn, UNIT, case, "reply", answer="再答复一遍")


def test_what_nobody_has_signed_opens_nothing(play: Play, cloud: Platform) -> None:
    forged = cloud.but(key="whsec_" + "A" * 43 + "=")
    assert forged.send({"rows": [heard("YUN-1")]}).status_code == 401
    assert play.of_workflow("hotline") == []


def test_a_table_by_the_door_and_one_by_hand_lead_to_one_problem_that_is_mended(
    play: Play, front: Front, cloud: Platform
) -> None:
    """Three people on the cloud complain of one thing: by machine, in a CSV, in an xlsx."""
    cloud.send({"rows": [heard("YUN-1")]})
    heads = list(heard("YUN-2"))
    as_csv = csv(heads, list(heard("YUN-2").values()), encoding="utf-8")
    sent = cloud.send(as_csv, kind="text/csv; charset=utf-8").json()
    assert [(row["row"], row["outcome"]) for row in sent["rows"]] == [(2, "opened")]

    by_hand = xlsx(heads, list(heard("YUN-2").values()), list(heard("YUN-3").values()))
    desk = front.rest(DESK)
    looked = desk.upload("乡村振兴云.xlsx", by_hand, workflow="hotline").json()
    assert looked["wrong"] == 1, "the second ticket is here already"
    by_hand = xlsx(heads, list(heard("YUN-3").values()))
    done = desk.upload("乡村振兴云.xlsx", by_hand, workflow="hotline", commit="true").json()
    assert (done["committed"], done["ok"]) == (True, 1)
    *_, third = play.of_workflow("hotline")
    play.act(DESK, third, "dispatch")
    assert play.marks(third) == ("repeated",)

    problem = play.child(third, "problem")
    facts = play.case(problem).facts
    assert (facts["source"], facts["batch"]) == (CLOUD, "YUN-3")
    assert "王小丫" not in str(facts), "who called is the desk's to know"
    play.act(SUPERVISOR, problem, "dispatch", due="2026-05-29")
    play.act(UNIT, problem, "accept")
    play.act(UNIT, problem, "submit_plan", **PLAN)
    play.act(SUPERVISOR, problem, "approve_plan")
    archived(play, problem, OF_A_TOWNSHIP, result="主管网更换，三户复查通水")
