"""More of what is done while the process dies: the rest of a case's way, many cases at once, papers
and files, units that merge.
"""

from typing import Any

from api.papers.issuing import DOCX
from tests.proof.crashing import Run, Scenario, Stage
from tests.proof.scenarios import at, fires
from tests.proof.story import PLAN, PROBLEM, RECTIFICATION, SPECIALIST, Story
from workflow import following, uploads
from workflow.commands import Answer, Wanted
from workflow.issuing import Draft, Written
from workflow.organising import Organising
from workflow.store.casework import attachments
from workflow.store.casework.files import Files
from workflow.store.evidence import checkpoints
from workflow.store.offices.changes import Asked
from workflow.uploads import NewFile

_BACK = {"further_requirements": "还有两盏灯没有亮，请补上"}
_WISH = {"reason": "雨季不能施工", "proposed_due": "2026-07-31"}
_QUESTION = {
    "question_kind": "问效",
    "question_form": "通报",
    "reason": "三次催办仍无进展",
}
_AGAIN = {"lookback_record": "灯又坏了，没有人管", "due": "2026-12-31"}
_MANY = 12
_TOWNSHIP, _HEIR = "522301100", "522301001"
"""敬南镇, and 黄草街道, which takes it over."""


def _looked_back(story: Story) -> Stage:
    case = story.open_at("closed")
    story.pass_time(days=100)
    story.sweep()
    return {"case": case}


def _open_many(run: Run) -> None:
    story = run.story
    parties = {"responsible": story.units["522301"]}
    wanted = [Wanted(parties, PROBLEM | {"place": f"第{n}组"}) for n in range(_MANY)]
    answers = story.commands.open_cases(
        workflow=RECTIFICATION,
        wanted=wanted,
        actor=story.actor(SPECIALIST),
        request="many",
        now=story.now,
    )
    run.note("many", answers[-1])


def _issued_before(story: Story) -> Stage:
    """A case without its letter, where the template is known from another's."""
    _issue_of(story, story.open_at("assigned"), "before")
    return {"case": story.open_at("assigned")}


def _issue(run: Run) -> None:
    run.note("issue", _issue_of(run.story, run.stage["case"], "issue"))


def _issue_of(story: Story, case: int, request: str) -> Answer:
    def write(draft: Draft) -> Written:
        file = attachments.add(
            draft.connection,
            person=story.people[SPECIALIST],
            name="交办函.docx",
            sha256="6" * 64,
            size=1000,
            mime=DOCX,
            now=story.now,
        )
        return Written("关于交办问题的函", {"text": draft.number}, file)

    return story.commands.issue_document(
        case_id=case,
        document="dispatch_notice",
        actor=story.actor(SPECIALIST),
        request=request,
        now=story.now,
        write=write,
    )


def _upload(run: Run) -> None:
    story, files = run.story, Files(run.sent.path.with_suffix(".files"))
    person = story.people[SPECIALIST]
    photo = NewFile("路灯.txt", "text/plain", "灯亮了".encode())
    kept = uploads.upload(story.database, files, photo, person=person, most=10**9, now=story.now)
    assert files.has(kept.sha256)


def _merged(story: Story) -> Stage:
    """A township has become part of another, and its cases have yet to follow."""
    by = "xingyi-dc.specialist"
    for _ in range(2):
        story.fire(story.open(unit=_TOWNSHIP, by=by), by, "dispatch")
    units = {"unit": story.units[_TOWNSHIP], "into": story.units[_HEIR]}
    Organising(story.database).merge(Asked("merged", story.now), **units)
    return {}


def _follow(run: Run) -> None:
    following.follow_all(run.story.database, run.story.catalog, run.story.now)


def _interview(run: Run) -> None:
    run.story.open_interview("督查〔2026〕3号", request="interview")


def _minuted(story: Story) -> Stage:
    """Two counties have been called at once, and one has come."""
    facts: dict[str, Any] = {"cause": "一季度", "matter": "整改滞后", "level": 1, "trigger": "逾期"}
    called = [{"unit": code, "situation": "逾期未改"} for code in ("522301", "522302")]
    parties = {"host": story.units["522300"]}
    case = story.open_any("collective_interview", parties, **facts, called=called)
    story.fire(case, SPECIALIST, "verify", findings="情况属实，逾期两个月")
    story.fire(case, "zhou.officer", "approve")
    meeting = {"meeting_on": "2026-12-10", "place": "三楼会议室", "attendees": "分管负责人"}
    story.fire(case, SPECIALIST, "notify", **meeting)
    came = story.child(case)
    story.fire(came, "xingren.liaison", "acknowledge")
    story.fire(came, SPECIALIST, "attend", present="分管负责人")
    story.fire(case, SPECIALIST, "hold", record="通报情况并表态")
    items = [
        {"unit": code, "item": "修复三处路灯", "due": "2027-04-30"} for code in ("522301", "522302")
    ]
    story.fire(case, SPECIALIST, "draft_minutes", minutes="会议要求立即整改", items=items)
    return {"case": case}


def _piled_up(story: Story) -> Stage:
    """Nobody was there for half a month, and a whole ladder has come due."""
    story.open_at("rectifying")
    story.pass_time(days=100)
    return {}


def _sweep(run: Run) -> None:
    run.story.sweep()


def _checkpoint(run: Run) -> None:
    with run.story.database.unit_of_work() as connection:
        checkpoints.export(connection, run.story.now)


FURTHER = [
    Scenario("plan submitted", at("planning"), fires(("xingyi.liaison", "submit_plan", PLAN))),
    Scenario("plan sent back", at("plan_review"), fires((SPECIALIST, "return_plan", _BACK))),
    Scenario("extension asked", at("rectifying"), fires(("xingyi.officer", "extend", _WISH))),
    Scenario("applied", at("self_check"), fires(("xingyi.head", "confirm", {}))),
    Scenario("first sign-off", at("first_review"), fires(("zhou-zx.head", "sign_first", {}))),
    Scenario("sent back", at("second_review"), fires(("zhou-dc.head", "return_second", _BACK))),
    Scenario("questioned", at("rectifying"), fires(("zhou-dc.head", "question", _QUESTION))),
    Scenario(
        "rebound",
        _looked_back,
        fires(("zhou-dc.inspector1", "rebound", _AGAIN), ("zhou-dc.inspector2", "rebound", {})),
    ),
    Scenario("many opened at once", lambda story: {}, _open_many),
    Scenario("document issued", _issued_before, _issue),
    Scenario("file taken in", lambda story: {}, _upload),
    Scenario("cases follow a merger", _merged, _follow),
    Scenario("interview opened", lambda story: {}, _interview),
    Scenario("minutes of several units", _minuted, fires(("zhou.officer", "issue_minutes", {}))),
    Scenario("a piled-up ladder", _piled_up, _sweep),
    Scenario("checkpoint", at("closed"), _checkpoint),
]
