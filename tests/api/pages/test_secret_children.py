"""A case says nothing of a confidential case that it opened to whoever does not see that one: not
on its page, not to other programs, and no hash is shown in which it could be found by trying.
"""

import pytest

from api.clock import SimulatedClock
from api.context import Duban
from tests.api.pages.conftest import Browsers, new_request
from tests.api.pages.stories import walk_to
from tests.prefecture import Prefecture

pytestmark = pytest.mark.rights

HEAD = "zhou-dc.head"
FOUND = {
    "site_record": "三组路灯未更换，验收照片系他处拍摄",
    "further_requirements": "按方案重新更换，并说明照片来源",
}


@pytest.fixture
def case(duban: Duban, clock: SimulatedClock) -> int:
    """A problem that was said to be mended and is not: a referral is proposed."""
    case, place = walk_to(duban, "site_check", clock), Prefecture(duban.database)
    for who in ("zhou-zx.inspector1", "zhou-dc.inspector1"):
        duban.commands.fire(
            case_id=case, event="expose", actor=place.actor(who), request=new_request(),
            now=clock(), facts=FOUND,
        )  # fmt: skip
    return case


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (HEAD, True),
        ("zhou-dc.inspector1", False),
        ("zhou-dc.specialist1", False),
        ("xingyi.head", False),
        ("zhou.head", False),
    ],
)
def test_only_who_sees_it_is_told_that_there_is_one(
    who: str, told: bool, browser: Browsers, case: int
) -> None:
    desk = browser(who)
    page = desk.get(f"/cases/{case}")
    assert "发现虚假整改，退回" in page.text
    assert ("提起：问责移送" in page.text, "问责移送〔2026〕" in page.text) == (told, told)
    shown = desk.client.get(f"/api/v1/cases/{case}").json()
    assert len(shown["children"]) == told
    rows = desk.client.get(f"/api/v1/cases/{case}/history").json()
    last = rows[-1]
    assert last["event"] == "expose"
    assert last["effects"].get("opened", []) == (["referral"] if told else [])
    assert [row["seq"] for row in rows if row["hash"]][-1] == last["seq"] - (not told)
    assert bool(last["hash"]) == told


def test_another_child_is_told_of_as_ever(browser: Browsers, duban: Duban, case: int) -> None:
    """Whoever does not see a case that is not confidential may still know that there is one."""
    place = Prefecture(duban.database)
    asked = {"question_kind": "问责", "question_form": "移送"}
    duban.commands.fire(
        case_id=case, event="question", actor=place.actor(HEAD), request=new_request(),
        now=duban.clock(), facts={**asked, "reason": "照片与现场不符"},
    )  # fmt: skip
    for who in (HEAD, "zhou-dc.inspector1", "zhou-zx.inspector1"):
        assert "提起：双问" in browser(who).get(f"/cases/{case}").text
