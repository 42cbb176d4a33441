"""A lived-in database: cases in every kind of place, late ones with their ladders run, reports,
extensions, an interview, a second cycle, messages of every status.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from api.papers.issuing import DOCX
from tests.proof.story import CHECKED, SPECIALIST, Story
from workflow import cadences
from workflow.doctor import Report, root_of
from workflow.issuing import Draft, Written
from workflow.organising import Organising
from workflow.store import jobs
from workflow.store.casework import attachments
from workflow.store.evidence import archive, checkpoints, examinations
from workflow.store.measuring import figures, measures, scores
from workflow.store.offices.administrators import begin_with
from workflow.store.offices.changes import Asked
from workflow.store.outgoing import reading, replacing, reports
from workflow.store.people import sent_forms, sources
from workflow.store.people.sealing import Sealer
from workflow.store.tables.handles import OUTBOX


@dataclass
class Life:
    """The story that was lived, and the cases in it by name."""

    story: Story
    cases: dict[str, int] = field(default_factory=dict)
    root: str = ""


def live(story: Story) -> Life:
    """Live it; a sweep follows each part."""
    life = Life(story)
    for state in ("draft", "registered", "assigned", "rectifying", "first_review"):
        life.cases[state] = story.open_at(state)
    life.cases["looked_back"] = story.open_at("closed")
    life.cases["second_review"] = story.open_at("second_review", due="2026-12-25")
    life.cases["returned"] = _returned(story)
    life.cases["half_checked"] = _half_checked(story)
    life.cases["grave"] = story.open_at("assigned", grade="重大")
    life.cases["extended"] = _extended(story)
    life.cases["interview"] = _interview(story)
    life.cases["planned"] = _planned(story)
    life.cases["sitting"] = _sitting(story)
    life.cases["in_field"] = _unannounced(story)
    life.cases["photographed"] = _photographed(story)
    life.cases["at_once"] = _at_once(story)
    life.cases["commended"] = _commended(story)
    life.cases["referred"] = _referred(story)
    life.cases["called"] = _called(story)
    life.cases["reviewed"] = _reviewed(story)
    life.cases["asked"] = _asked(story)

    _open_a_door(story)
    life.cases["withdrawn"] = _withdrawn(story)
    life.cases["in_writing"] = _in_writing(story)
    _mark_a_year(story, life.cases["looked_back"])
    _ask_for_long_work(story)
    _reorganise(story)
    story.deliver()
    _hear_of_messages(story)
    _pass_time(story, (9, 9, 12, 15))
    life.cases["second_cycle"] = _second_cycle(story)
    story.now = datetime(2026, 10, 15, 2, tzinfo=UTC)
    _switch_on(story)
    cadences.open_periodic(story.database, story.catalog, story.now)
    _pass_time(story, (28,))
    cadences.open_periodic(story.database, story.catalog, story.now)
    life.cases["closed"] = story.open_at("closed", due="2026-12-31")
    with story.database.unit_of_work() as connection:
        archive.move(connection, archive.lock_ended(connection, story.now, 3))
        checkpoints.export(connection, story.now)
        examinations.keep(connection, Report().verdict(story.now, 0))
    with story.database.reading() as connection:
        life.root = root_of(connection)
    return life


def _switch_on(story: Story) -> None:
    """One county a week is to be visited unannounced."""
    actor = story.actor("zhou-dc.head")
    asked = cadences.Switching("inspection", "week", story.units["522300"], True, "会议决定")
    cadences.switch(story.database, story.catalog, asked, actor, story.now)


def _hear_of_messages(story: Story) -> None:
    """A mail comes back and goes again, another one is opened."""
    sent = select(OUTBOX.c.id).where(OUTBOX.c.status == "sent", OUTBOX.c.way == "email")
    with story.database.unit_of_work() as connection:
        returned, opened = connection.execute(sent.limit(2)).scalars()
        reports.record_handover(connection, returned, "email", "a@b.cn", ["id-1"], story.now)
        said = reports.Report("id-1", reports.Fate.UNDELIVERED, "信箱已满。")
        reports.keep(connection, "email", [said], story.now)
        replacing.resend(connection, returned, story.now)
        reading.note_opened(connection, [opened], story.now)


def _pass_time(story: Story, gaps: tuple[int, ...]) -> None:
    """As a worker lives: what is due fires, what is owed goes out, some days later again."""
    for days in gaps:
        story.pass_time(days=days)
        story.sweep()
        story.deliver()


def _open_a_door(story: Story) -> None:
    """Another system may send tickets; it has called once, and has a second key."""
    sealer, now = Sealer(b"life"), story.now
    with story.database.unit_of_work() as connection:
        post = story.actor("zhou-bg.liaison").posts[0]
        id_, _ = sources.make(connection, sealer, "hotline", "热线", "hotline", post.id, now)
        sources.change_key(connection, sealer, id_, now)
        sources.keep_answer(connection, id_, "msg_1", "0" * 64, "{}", now)


def _withdrawn(story: Story) -> int:
    """What was no problem at all: it ends at once, and goes into the archive."""
    case = story.open()
    story.fire(case, "zhou-dc.head", "withdraw", reason="经核实不属实")
    return case


def _returned(story: Story) -> int:
    case = story.open_at("second_review")
    story.fire(
        case, "zhou-dc.head", "return_second", further_requirements="还有两盏灯没有亮，请补上"
    )
    return case


def _half_checked(story: Story) -> int:
    case = story.open_at("site_check")
    story.fire(case, "zhou-zx.inspector1", "pass_check", **CHECKED)
    return case


def _extended(story: Story) -> int:
    case = story.open_at("rectifying")
    wish = {"reason": "雨季不能施工", "proposed_due": "2026-07-31"}
    story.fire(case, "xingyi.officer", "extend", **wish)
    child = story.child(case)
    story.fire(child, "zhou-dc.head", "approve", granted_due="2026-06-30")
    return case


def _interview(story: Story) -> int:
    return story.open_interview("督查〔2026〕3号")


def _photographed(story: Story) -> int:
    """A problem with a photograph of it; the bytes would lie in a folder beside the database."""
    with story.database.unit_of_work() as connection:
        photo = attachments.add(
            connection,
            person=story.people["zhou-dc.specialist1"],
            name="路灯.jpg",
            sha256="5" * 64,
            size=1000,
            mime=attachments.PHOTO,
            now=story.now,
        )
    return story.open_at("registered", photos_before=[photo.id])


def _unannounced(story: Story) -> int:
    """A visit of which the unit knows nothing yet; the team is out."""
    plan = {"authority": "2026 年度督查计划", "visit_on": "2026-06-10", "origin": "年度计划"}
    facts = {"subject": "饮水安全", "mode": "暗访", **plan}
    case = story.open_any("inspection", {"inspected": story.units["522301"]}, **facts)
    story.fire(case, "zhou-dc.head", "approve")
    story.fire(case, "zhou-dc.specialist1", "draw")
    team = ["zhou-dc.inspector1"]
    story.fire(case, "zhou-dc.specialist1", "prepare", team=team, scheme="随机抽取两村")
    story.fire(case, "zhou-dc.inspector1", "set_out")
    return case


def _at_once(story: Story) -> int:
    """News of the night, with its limits in minutes."""
    facts = {"matter": "塌方", "category": "自然灾害"}
    parties = {"reporter": story.units["522301"]}
    return story.open_any("major_matter", parties, by="xingyi.liaison", **facts)


def _commended(story: Story) -> int:
    facts = {"project": "先进集体", "form": "通报表扬", "scheme": "每县一个集体"}
    parties = {"candidate": story.units["522301"]}
    return story.open_any("commendation", parties, by="zhou-zx.liaison", **facts)


def _referred(story: Story) -> int:
    """A lead that hardly anybody may see."""
    facts = {"subject": "虚报", "source": "督查", "situation": "照片系他处拍摄"}
    return story.open_any("referral", {"concerned": story.units["522301"]}, **facts)


def _called(story: Story) -> int:
    """A ticket of the hotline whose caller the desk alone knows."""
    said = {"topic": "饮水", "place": "二组", "appeal": "停水九天没有人修", "caller": "王某"}
    sort = {"platform": "12345", "category": "投诉", "urgency": "一般", "external_number": "A-1"}
    parties = {"responsible": story.units["522301100"]}
    return story.open_any("hotline", parties, by="xingyi-bg.liaison", **said, **sort)


def _reviewed(story: Story) -> int:
    parties = {"township": story.units["522301100"]}
    return story.open_any("village_review", parties, by="xingyi-zx.liaison", subject="年度研判")


def _asked(story: Story) -> int:
    """The unit is asked about its problem, and the answer stands on both ledgers."""
    case = story.open_at("rectifying")
    form = {"question_kind": "问效", "question_form": "通报"}
    story.fire(case, "zhou-dc.head", "question", reason="三次催办仍无进展", **form)
    asked = story.child(case)
    story.fire(asked, "xingyi.head", "explain", explanation="招标流标两次，现已开工")
    story.fire(asked, "zhou-dc.head", "hold_unit", decision="通报一次，限期整改")
    return case


def _in_writing(story: Story) -> int:
    """A problem handed over by a numbered letter; its file would lie beside the database."""
    case = story.open_at("assigned")

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

    issued = story.issue(case, SPECIALIST, "dispatch_notice", write)
    story.seal(case, SPECIALIST, issued.seq, _sealed(story))
    return case


def _planned(story: Story) -> int:
    """A year's inspections, of which one month has come; and a bulletin that is being written."""
    host = {"host": story.units["522300"]}
    story.open_any("bulletin", host, subject="三月工作情况")
    case = story.open_any("inspection_plan", host, subject="今年督查计划")
    what = {"unit": "522302", "theme": "村级活动场所", "kind": "明查"}
    story.fire(case, SPECIALIST, "submit", visits=[{"month": month, **what} for month in (4, 6)])
    story.fire(case, "zhou.officer", "approve")
    return case


def _sitting(story: Story) -> int:
    """Two counties called at once, by the prefecture and one of its bureaus."""
    facts: dict[str, Any] = {"cause": "一季度", "matter": "整改滞后", "level": 1, "trigger": "逾期"}
    called = [{"unit": code, "situation": "逾期未改"} for code in ("522301", "522302")]
    parties = {"host": story.units["522300"]}
    joint = [{"unit": "522300-ZX"}]
    case = story.open_any("collective_interview", parties, **facts, called=called, joint=joint)
    story.fire(case, SPECIALIST, "verify", findings="情况属实，逾期两个月")
    story.fire(case, "zhou.officer", "approve")
    story.fire(story.child(case), "zhou-zx.head", "agree")
    meeting = {"meeting_on": "2026-12-10", "place": "三楼会议室", "attendees": "分管负责人"}
    story.fire(case, SPECIALIST, "notify", **meeting)
    return case


def _sealed(story: Story) -> int:
    """The letter under its seal, as somebody brings it."""
    with story.database.unit_of_work() as connection:
        file = attachments.add(
            connection,
            person=story.people[SPECIALIST],
            name="交办函.pdf",
            sha256="9" * 64,
            size=1000,
            mime="application/pdf",
            now=story.now,
        )
    return file.id


def _mark_a_year(story: Story, case: int) -> None:
    """A figure, a deduction and a frozen result; the form that froze it was sent once."""
    unit, person = story.units["522301"], story.people["zhou-zx.head"]
    by_whom = {"unit_id": unit, "person_id": person, "case_id": case, "at": story.now}
    of_what = {"scorecard": "county", "year": 2026}
    with story.database.unit_of_work() as connection:
        entry = figures.Entry("income", unit, "2026", 14000.0)
        figures.enter(connection, [entry], "7" * 64, person, story.now)
        text = measures.newest(connection)[-1].id
        scores.decide(connection, {**of_what, **by_whom, "rule": "rebound", "points": 100})
        result = {
            "text_id": text,
            "class_": "夯实基础",
            "total": 8800,
            "grade": "较好",
            "sheet": "{}",
        }
        scores.freeze(connection, [{**of_what, **by_whom, **result}])
        sent_forms.claim(connection, f"{person} /assessments/county/2026/freeze 1", story.now)


def _ask_for_long_work(story: Story) -> None:
    """One piece is done, its file long since cleared away, and another waits."""
    asker = story.actor(SPECIALIST)
    asked = {"workflow": "rectification", "ledger": "problem", "file": "8" * 64}
    with story.database.unit_of_work() as connection:
        jobs.ask(connection, asker, "cases", "从表格导入问题整改", asked, story.now)
        if job := jobs.take_up(connection, story.now):
            jobs.finish(
                connection, job.id, "已导入 400 件", story.now, file="8" * 64, file_name="结果.xlsx"
            )
        jobs.ask(connection, asker, "cases", "从表格导入问题整改", asked, story.now)


def _reorganise(story: Story) -> None:
    """A unit gets another name, somebody leaves and administers, and somebody stands in."""
    organising, leaver = Organising(story.database), story.people["wangmo.head"]
    unit = story.units["522326"]
    organising.rename(
        Asked("renamed", story.now), unit=unit, name="望谟县新名", short_name="望谟新县"
    )
    organising.end(Asked("left", story.now), person=leaver)
    substitute = {"person": story.people["wangmo.officer"], "stands_for": leaver}
    organising.substitute(Asked("standing in", story.now), **substitute, reason="岗位空缺")
    with story.database.unit_of_work() as connection:
        begin_with(connection, leaver, story.now)


def _second_cycle(story: Story) -> int:
    case = story.open_at("closed", due="2026-12-31")
    story.pass_time(days=100)
    story.sweep()
    again = {"lookback_record": "灯又坏了，没有人管", "due": "2026-12-31"}
    story.fire(case, "zhou-dc.inspector1", "rebound", **again)
    story.fire(case, "zhou-dc.inspector2", "rebound")
    return case
