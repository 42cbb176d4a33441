"""公示: everybody reads what a definition calls public while a case stands there, nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import update
from starlette.testclient import TestClient

from api.clock import SimulatedClock
from api.context import Duban
from api.gatekeeping.visits import MOST_A_MINUTE, MOST_ADDRESSES, Visits
from api.pages.rendering import show
from api.presenting.publicity import HIDDEN, public_notice, public_states
from api.presenting.wording import Names
from api.settings import BadSetting, Settings
from tests.api.pages.page import Page, faults_of
from tests.api.pages.stories import open_case, walk_to
from tests.journeys import test_commendation as commendation
from tests.journeys.play import Play
from tests.prefecture import NOW
from workflow import timers
from workflow.engine.definition import Definition
from workflow.store.tables.handles import SCOPE
from workflow.yaml_text import read_definition


@pytest.fixture
def stranger(app: FastAPI) -> Any:
    """A browser that nobody has signed in."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


def read(client: TestClient, path: str, status: int = 200) -> Page:
    """A public page, with nothing on it that no page may have."""
    page = Page(client.get(path))
    assert page.status == status, page.text
    assert faults_of(page) == []
    return page


def listed(page: Page) -> list[str]:
    """Where the notices of a list are."""
    return [one.attributes["href"] for one in page.main.all("a", class_="headline")]


# Of a real case


def test_a_case_is_shown_while_it_stands_in_a_public_state(
    stranger: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "publicity", clock, description="路灯不亮，请打 13812341234 找张工")
    other = open_case(duban)
    page = read(stranger, "/public")
    assert listed(page) == [f"/public/{case}"]
    notice = read(stranger, f"/public/{case}")
    assert "路灯不亮，请打 138****1234 找张工" in notice.text
    assert "公示期 2026年3月2日 至 2026年3月6日" in notice.text
    assert "责任单位 兴义市" in notice.text
    assert "请在公示期内向州督查局反映" in notice.text
    assert "整改措施" in notice.text
    assert "岑光明" not in notice.text, "who owns a measure is personal"
    read(stranger, f"/public/{other}", status=404)
    clock.advance_to(datetime(2026, 3, 10, 2, tzinfo=UTC))
    timers.fire_all_due(duban.database, duban.catalog, clock())
    assert "现在没有正在公示的事项" in read(stranger, "/public").text
    read(stranger, f"/public/{case}", status=404)


def test_who_is_to_be_commended_is_shown_with_who_nominates_and_where_to_object(
    stranger: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    play = Play(duban.database, clock())
    case = commendation.publicity(play)
    clock.advance_to(play.now)
    assert listed(read(stranger, "/public")) == [f"/public/{case}"]
    notice = read(stranger, f"/public/{case}")
    assert notice.main.one("h1").text == "2025 年度乡村振兴先进集体"
    assert "推荐对象 敬南镇党委" in notice.text
    assert "推荐单位 兴义市" in notice.text
    assert "请在公示期内向州乡村振兴指挥部反映" in notice.text
    for kept in ("群众满意", "无移送", "纪检、组织、公安"):
        assert kept not in notice.text, "merits and checks may be about persons"


def test_everybody_learns_whom_to_call(
    app: FastAPI, stranger: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "publicity", clock)
    assert "监督联系方式" not in read(stranger, f"/public/{case}").text
    given = Settings.read({"DUBAN_COMPLAINTS": "督查局 0859-3222333"})
    settings = replace(duban.settings, complaints=given.complaints)
    app.state.duban = replace(duban, settings=settings)
    for path in ("/public", f"/public/{case}"):
        assert "监督联系方式： 督查局 0859-3222333" in read(stranger, path).text
    with pytest.raises(BadSetting, match="一行文字"):
        Settings.read({"DUBAN_COMPLAINTS": "督查局\n电话"})


def test_a_county_s_notice_says_the_county_s_telephone(
    app: FastAPI, stranger: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    """What counts is who hears objections: a county's problem is heard by the prefecture."""
    case = walk_to(duban, "publicity", clock)
    said = {"522300-DC": "州督查局 0859-3222333", "522301": "兴义市督查局 0859-3111111"}
    for codes, contact in (
        (["522301"], "总值班室 0859-3000000"),
        (["522301", "522300-DC"], "州督查局 0859-3222333"),
    ):
        at = "；".join(f"{code}={said[code]}" for code in codes)
        given = Settings.read(
            {"DUBAN_COMPLAINTS": "总值班室 0859-3000000", "DUBAN_COMPLAINTS_AT": at}
        )
        settings = replace(
            duban.settings, complaints=given.complaints, complaints_at=given.complaints_at
        )
        app.state.duban = replace(duban, settings=settings)
        assert f"监督联系方式： {contact}" in read(stranger, f"/public/{case}").text
    assert "总值班室 0859-3000000" in read(stranger, "/public").text


@pytest.mark.parametrize(
    "wrong", ["兴义市 0859", "522301=", "522301=电话; 522301=手机", "5 2=电话"]
)
def test_a_place_is_written_with_its_code(wrong: str) -> None:
    with pytest.raises(BadSetting, match="单位编码=联系方式"):
        Settings.read({"DUBAN_COMPLAINTS_AT": wrong})


def test_a_confidential_case_is_never_shown(
    stranger: TestClient, duban: Duban, clock: SimulatedClock
) -> None:
    case = walk_to(duban, "publicity", clock)
    with duban.database.unit_of_work() as connection:
        connection.execute(update(SCOPE).where(SCOPE.c.case_id == case).values(named=",head,"))
    assert "现在没有正在公示的事项" in read(stranger, "/public").text
    read(stranger, f"/public/{case}", status=404)


def test_the_list_goes_on_page_after_page_and_may_be_kept_by_caches(
    stranger: TestClient, duban: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [walk_to(duban, "publicity", clock) for _ in range(3)]
    monkeypatch.setattr("api.pages.public_notices.PAGE_SIZE", 2)
    first = read(stranger, "/public")
    assert first.response.headers["cache-control"] == "public, max-age=300"
    second = read(stranger, first.main.one("a", rel="next").attributes["href"])
    shown = [
        one.attributes["href"]
        for page in (first, second)
        for one in page.main.all("a", class_="headline")
    ]
    assert shown == [f"/public/{one}" for one in reversed(cases)]


@pytest.mark.parametrize("path", ["/public/0", "/public/x", "/public/²", f"/public/{10**30}"])
def test_what_is_no_notice_is_not_found(stranger: TestClient, path: str) -> None:
    read(stranger, path, status=404)


def test_who_comes_too_often_waits(stranger: TestClient, duban: Duban) -> None:
    for _ in range(MOST_A_MINUTE):
        duban.visits.wait_after("testclient", duban.clock())
    page = read(stranger, "/public", status=429)
    assert page.response.headers["retry-after"] == "60"


def test_visits_are_counted_by_the_minute_and_take_no_more_room_than_allowed() -> None:
    visits = Visits()
    assert [visits.wait_after("a", NOW) > 0 for _ in range(MOST_A_MINUTE + 1)].count(True) == 1
    assert visits.wait_after("b", NOW) == 0
    assert visits.wait_after("a", NOW + timedelta(minutes=1)) == 0
    for one in range(2 * MOST_ADDRESSES):
        visits.wait_after(str(one), NOW)
    assert len(visits._counts) <= MOST_ADDRESSES + 1


# Of any case

TYPES = {
    "text": "文字{}",
    "choice": "选择{}",
    "number": 3.5,
    "integer": 4711,
    "date": "2026-04-09",
    "yes_no": True,
    "table": [{"open": "公开栏{}", "own": "个人栏{}"}],
    "photos": [{"id": 7, "name": "照片{}", "size": 9, "hash": "x"}],
    "documents": [{"id": 8, "name": "文件{}", "size": 9, "hash": "x"}],
    "people": [{"id": 9, "name": "人员{}", "role": "team.head"}],
}
MAY_BE_PUBLIC = ("text", "choice", "number", "integer", "date", "yes_no", "table")


def generated(flags: dict[str, str]) -> Definition:
    """A workflow with a fact of every type, each with a flag of its own: public, personal, none."""
    lines = []
    for kind, flag in flags.items():
        more = {
            "choice": ", options: [选择choice, 其他]",
            "people": ", among: [office.head]",
            "table": ", columns: { open: { title: 甲 }, own: { title: 乙, personal: true } }",
        }.get(kind, "")
        said = f", {flag}: true" if flag else ""
        lines.append(f"  f_{kind}: {{ title: 要素{kind}, type: {kind}{more}{said} }}")
    text = f"""
workflow: anything
title: 某事
basis: 某规定
headline: f_text
anchor: office
roles: {{ head: 负责人 }}
parties:
  office: {{ title: 经办单位, among: [county] }}
facts:
{chr(10).join(lines)}
opening: {{ state: shown, by: office.head, needs: [f_text] }}
states:
  shown:
    title: 公开征求意见
    turn: office
    limit: 5 working days
    public: true
    events:
      end: {{ title: 结束, by: office.head, to: done }}
  done: {{ title: 已结束, final: true }}
"""
    return read_definition(text, "anything.yaml")


def row_of(flags: dict[str, str]) -> dict[str, Any]:
    """A case of it, in which every value can be told from every other."""

    def told(value: Any, kind: str) -> Any:
        if isinstance(value, str):
            return value.format(kind)
        if isinstance(value, list):
            return [{k: told(v, kind) for k, v in one.items()} for one in value]
        return value

    facts = {f"f_{kind}": told(TYPES[kind], kind) for kind in flags}
    body = {"facts": facts, "parties": {"office": [5, 0]}, "entries": {}}
    return {
        "id": 1, "number": "某事〔2026〕1号", "state": "shown", "due_at": None,
        "headline": facts["f_text"], "body": body,
    }  # fmt: skip


SIGNS = {
    "text": "文字text", "choice": "选择choice", "number": "3.5", "integer": "4,711",
    "date": "2026年4月9日", "yes_no": "是", "table": "公开栏table", "photos": "照片",
    "documents": "文件", "people": "人员",
}  # fmt: skip
"""What would be read of each fact if it were shown."""


@pytest.mark.parametrize("only", MAY_BE_PUBLIC)
@pytest.mark.parametrize("others", ["", "personal"])
def test_of_facts_of_every_type_only_the_public_one_is_shown(only: str, others: str) -> None:
    flags = {kind: "public" if kind == only else others for kind in TYPES}
    definition = generated(flags)
    assert public_states(definition) == {"shown"}
    names = Names(units={5: "望谟县"})
    html = show("public_notice.html", public_notice(row_of(flags), definition, names)).body
    shown = Page(Response(200, content=bytes(html)))
    text = " ".join(dd.text for dd in shown.main.all("dd")) + shown.main.one("h1").text
    assert SIGNS[only] in text
    for kind, sign in SIGNS.items():
        assert kind == only or sign not in text, kind
    assert "个人栏" not in shown.response.text
    assert "望谟县" not in text, "the party is not public"


def test_without_a_public_fact_no_state_is_public() -> None:
    assert public_states(generated(dict.fromkeys(TYPES, ""))) == frozenset()


def test_numbers_of_persons_are_masked_wherever_they_were_typed() -> None:
    flags = {kind: "public" if kind == "text" else "" for kind in TYPES}
    row = row_of(flags)
    for typed, read_as in (
        ("身份证 52230119800101123X 的王某", f"身份证 {HIDDEN} 的王某"),
        ("卡号6222021234567890123", f"卡号{HIDDEN}"),
        ("电话 13812341234", "电话 138****1234"),
        ("监督电话 0859-3222222", "监督电话 0859-3222222"),
    ):
        row["headline"] = row["body"]["facts"]["f_text"] = typed
        notice = public_notice(row, generated(flags), Names())
        assert (notice.title, notice.values[0].text) == (read_as, read_as)
