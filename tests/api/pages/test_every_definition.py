"""Every page works for every workflow, also for one that was written after the pages."""

import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import Connection, select

from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.page import Element, Form, Page, faults_of
from tests.prefecture import NOW, Prefecture
from workflow.engine.case import LINKED_CASE
from workflow.engine.definition import Column, Definition, Fact, Party
from workflow.engine.machine import Compiled
from workflow.folder import SHIPPED
from workflow.store.tables.handles import HOLDING, POST
from workflow.transaction import Transaction

LEAVE = Path(__file__).parent / "leave.yaml"
WORKFLOWS = [*sorted(path.stem for path in SHIPPED.glob("*.yaml")), "leave_request"]
MOST_STEPS = 25
_serials = count(1)
PEOPLE = (
    "xingyi.head", "xingyi.liaison", "xingyi.officer", "zhou-dc.specialist1", "zhou-dc.inspector1",
    "zhou-dc.head", "zhou-dc.inspector2", "zhou-zx.inspector1", "zhou-zx.head", "zhou-zx.liaison",
    "zhou.officer", "zhou.head", "zhou-bg.liaison",
)  # fmt: skip

IN_A_TOWN = ("jingnan.liaison", "xingyi-zx.officer", "xingyi.head")
"""Who works on what no county answers for."""

everywhere = pytest.mark.parametrize("workflow", WORKFLOWS)


@pytest.fixture(autouse=True)
def _leave(duban: Duban, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    shutil.copy(LEAVE, folder)
    assert duban.catalog.publish(folder, NOW) == ["leave_request"]


# Cases of any workflow


def sample(fact: Fact) -> Any:
    """A value that fits a fact."""
    if fact.type == "table":
        return [{name: sample_cell(column) for name, column in fact.columns.items()}]
    least = fact.min or 0
    values = {"choice": fact.options[:1], "date": "2026-04-10", "yes_no": "true"}
    if fact.type in values:
        value = values[fact.type]
        return value[0] if isinstance(value, tuple) else value
    if fact.type != "text":
        return max(least, 1)
    return f"{'甲' * max(int(least), 6)}{next(_serials)}"  # two cases never have one cause


def sample_cell(column: Column) -> Any:
    """A value that fits a column; a unit is named by its code."""
    if column.type == "unit":
        return "522301100" if "township" in column.among else "522301"
    return sample(Fact(title="x", type=column.type))


def unit_for(party: Party, definition: Definition, prefecture: Prefecture) -> int:
    """A unit of a kind that may be the party: the county, where it can be."""
    codes = {
        "county": "522301",
        "prefecture department": "522300-DC",
        "township": "522301100",
        "prefecture": "522300",
    }
    kinds = [codes[kind] for kind in party.among or ("county",) if kind in codes]
    assert kinds, (definition.workflow, party.among)
    return prefecture.unit(kinds[-1 if party.apart_from else 0])  # apart: not the county as well


def someone_of(connection: Connection, fact: Fact, named: Mapping[str, int]) -> int:
    """Somebody who may be named in a fact."""
    party, _, role = fact.among[0].partition(".")
    held = select(HOLDING.c.person_id).join(POST, POST.c.id == HOLDING.c.post_id)
    there = held.where(POST.c.unit_id == named[party], POST.c.role == role)
    return int(connection.execute(there.limit(1)).scalar_one())


def opened(duban: Duban, compiled: Compiled) -> int:
    """A case of the workflow, opened as another case would open it."""
    definition, prefecture = compiled.definition, Prefecture(duban.database)
    named = {
        name: unit_for(party, definition, prefecture)
        for name, party in definition.parties.items()
        if party.named
    }
    facts = {name: sample(definition.facts[name]) for name in definition.opening.needs}
    with duban.database.unit_of_work() as connection:
        for name in facts:
            if definition.facts[name].type == "people":
                facts[name] = [someone_of(connection, definition.facts[name], named)]
        work = Transaction(connection, duban.catalog, duban.clock())
        case = work.open(definition.workflow, named, facts, LINKED_CASE)
        work.flush()
    return case.id


# Walking blindly


def typed(form: Form) -> dict[str, str]:
    """Something fitting in every field, told by the fields alone."""
    values = dict(form.values)
    for one in form.element.all():
        name, kind = one.attributes.get("name", ""), one.attributes.get("type", "")
        if kind == "hidden" or not name.startswith(("fact.", "unit", "person")):
            continue
        if one.tag == "select":
            values[name] = [o.attributes["value"] for o in one.all("option")][-1]
        elif names_people(form, one) and "required" not in one.attributes:
            values[name] = ""  # whom it may name, the field does not tell
        elif kind == "radio":
            values[name] = "true"
        elif ".1." not in name and ".2." not in name and ".3." not in name and ".4." not in name:
            values[name] = fitting(one, name, kind)
    return values


def names_people(form: Form, field: Element) -> bool:
    about = field.attributes.get("aria-describedby")
    hints = [one.text for one in form.element.all() if one.attributes.get("id") == about]
    return any("登录名" in hint for hint in hints)


def fitting(field: Element, name: str, kind: str) -> str:
    """A text for one input."""
    if name == "unit" or "编码" in field.attributes.get("placeholder", ""):
        return "522302"
    if kind == "date":
        return "2026-04-10"
    if kind == "number":
        return field.attributes.get("min", "1")
    return "乙" * max(int(field.attributes.get("minlength", "0")), 6)


def steps(browsers: list[Browser], case: int) -> Iterator[Page]:
    """What every person sees of the case, and what their forms lead to, one new event a state."""
    tried: set[tuple[str, str]] = set()
    for _ in range(MOST_STEPS):
        for browser in browsers:
            page = Page(browser.client.get(f"/cases/{case}"))
            assert faults_of(page) == []
            if page.status == 404:
                continue
            yield page
            state = page.main.one(class_="state").text
            fresh = [e for e in page.events if (state, e) not in tried and e != "take_back"]
            if fresh:
                tried.add((state, fresh[0]))
                form = page.form(fresh[0])
                yield browser.post(form.action, typed(form))
                break
        else:
            return


@everywhere
def test_every_case_can_be_walked_by_its_pages_alone(
    workflow: str, duban: Duban, browser: Browsers
) -> None:
    compiled = duban.catalog.newest(workflow)
    cast: tuple[str, ...] = PEOPLE
    if compiled.definition.parties[compiled.definition.anchor].among == ("township",):
        cast = IN_A_TOWN
    seen = [
        page
        for people in (cast, sorted(cast, key=_subordinates_first))
        for page in steps([browser(name) for name in people], opened(duban, compiled))
    ]
    states = {page.main.one(class_="state").text for page in seen}
    assert len(states) > 1, "no form of the case led anywhere"
    assert {page.status for page in seen} <= {200, 409, 422}
    print(f"figure: pages_of_{workflow} = {len(seen)} pages, {len(states)} states")


def _subordinates_first(username: str) -> bool:
    return username.endswith(".head")


# Pages that every workflow has


def insider(definition: Definition) -> str:
    """Somebody who sees its cases: of the county they are about, or else whose desk they are."""
    kinds = definition.parties[definition.anchor].among
    if kinds == ("prefecture",):
        return "zhou.head"
    of_a_bureau = kinds[:1] == ("prefecture department",)
    return "zhou-dc.head" if definition.confidential or of_a_bureau else "xingyi.head"


@everywhere
def test_the_rule_book_and_the_diagram_follow_from_the_definition(
    workflow: str, duban: Duban, browser: Browsers
) -> None:
    definition = duban.catalog.newest(workflow).definition
    page = browser("xingyi.liaison").get(f"/workflows/{workflow}")
    assert page.main.one("h1").text == definition.title
    headings = [one.text for one in page.main.all("h3")]
    for state in definition.states.values():
        assert (state.title in headings) != state.final
        assert all(event.title in page.text for event in state.events.values())
    picture = page.main.one("img")
    assert picture.attributes["alt"].startswith(definition.title)
    answer = browser("xingyi.liaison").client.get(picture.attributes["src"])
    assert answer.headers["content-type"] == "image/svg+xml"
    assert fromstring(answer.text).tag.endswith("svg")


@everywhere
def test_the_handbook_tells_every_post_what_it_does(
    workflow: str, duban: Duban, browser: Browsers
) -> None:
    definition, reader = duban.catalog.newest(workflow).definition, browser("xingyi.liaison")
    page = reader.get(f"/workflows/{workflow}/handbook")
    for state in definition.states.values():
        assert all(e.title in page.text for e in state.events.values() if e.by)
    file = reader.client.get(f"/workflows/{workflow}/handbook.html")
    assert "attachment" in file.headers["content-disposition"]
    assert not re.search(r"(href|src)=|url\(|@import", file.text), "it needs nothing else"
    assert ".panel {" in file.text, "and looks like a page of ours"
    versions = reader.get(f"/workflows/{workflow}/versions")
    assert "第 1 版" in versions.text


@everywhere
def test_every_ledger_shows_its_cases_with_its_facts_as_columns(
    workflow: str, duban: Duban, browser: Browsers
) -> None:
    compiled = duban.catalog.newest(workflow)
    definition, case = compiled.definition, opened(duban, compiled)
    reader = browser(insider(definition))
    overview = reader.get("/ledgers")
    assert (definition.title in overview.text) == bool(definition.ledgers)
    for name, ledger in definition.ledgers.items():
        page = reader.get(f"/ledgers/{workflow}/{name}")
        assert page.main.one("h1").text == ledger.title
        assert f"/cases/{case}" in [one.attributes.get("href") for one in page.main.all("a")]
        shown = [definition.facts[fact].title for fact in ledger.facts]
        assert all(title in page.text for title in shown)
    if definition.ledgers:
        reader.get(f"/ledgers/{workflow}/reconciliation")


@everywhere
def test_the_diagram_of_a_case_shows_where_it_stands(
    workflow: str, duban: Duban, browser: Browsers
) -> None:
    compiled = duban.catalog.newest(workflow)
    reader, case = browser(insider(compiled.definition)), opened(duban, compiled)
    page = reader.get(f"/cases/{case}")
    source = page.main.one("img").attributes["src"]
    answer = reader.client.get(source)
    assert answer.status_code == 200
    assert "present" in answer.text


# The workflow nobody wrote a page for


def test_a_new_workflow_is_opened_by_its_form_and_appears_everywhere(browser: Browsers) -> None:
    liaison, head = browser("xingyi.liaison"), browser("xingyi.head")
    assert "请假" in liaison.get("/cases/new").text
    form = liaison.get("/cases/new?workflow=leave_request").forms[0]
    assert form.values["party.office"] == "兴义市", "the own unit stands in the form"
    refused = liaison.post(form.action, form.values | {"fact.cause": "x", "fact.days": "31"})
    assert refused.status == 422
    problems = [one.text for one in refused.main.all(class_="problem")]
    assert problems == [
        "应为 2 至 40 个字，现为 1 个",
        "请填写“假别”",
        "请填写“起始日”",
        "应在 0.5 至 30 之间",
    ]
    filled = {
        "fact.cause": "探亲",
        "fact.sort": "年休假",
        "fact.first_day": "2026-03-09",
        "fact.days": "2.5",
        "fact.paid": "true",
        "fact.handover.0.work": "收发",
        "fact.handover.0.colleague": "岑国平",
        "request": new_request(),
    }
    page = liaison.post(form.action, refused.forms[0].values | filled)
    assert page.status == 200
    facts = {
        dt.text: dd.text for dt, dd in zip(page.main.all("dt"), page.main.all("dd"), strict=False)
    }
    assert facts["天数"] == "2.5"
    assert facts["带薪"] == "是"
    assert "人数" in page.main.one("p", class_="missing").text
    assert "探亲" in head.get("/").text
    assert "探亲" in head.get("/messages").text
    assert "探亲" in head.get("/ledgers/leave_request/requests").text
    case = int(page.response.url.path.rsplit("/", 1)[1])
    page = head.do(case, "grant", fact_opinion="同意")
    assert page.main.one(class_="state").text == "已准假"
    assert "探亲" not in head.get("/").text


def test_only_those_whose_post_opens_a_workflow_are_offered_it(browser: Browsers) -> None:
    offered = browser("zhou-dc.specialist1").get("/cases/new").text
    assert "问题整改" in offered
    assert "请假" not in offered
    nothing = browser("zhou-zx.inspector1").get("/cases/new")
    assert "你的岗位没有可以发起的工作" in nothing.text
    refused = browser("zhou-zx.inspector1").get("/cases/new?workflow=leave_request", status=403)
    assert "你的岗位不能发起“请假”" in refused.text
