"""The organisation over REST: who is where as far as one may see it, and lists taken in by the
system administrator's program.
"""

from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import API, ON_SQLITE, Caller, everything, refused, session_headers
from tests.api.conftest import Rest
from tests.api.doors import administrator
from tests.prefecture import Prefecture
from workflow.folder import SHIPPED
from workflow.organising import Organising
from workflow.store.offices.changes import Asked

pytestmark = pytest.mark.rights

HEADER = "编码,名称,简称,层级,性质,职能,上级编码"
NEW = "522399,兴义市新局,新局,县级,部门,audit,522301"


@pytest.fixture
def system(client: TestClient, duban: Duban) -> Caller:
    """The system administrator, signed in; no token can do this."""
    return Caller(client, session_headers(duban, administrator(duban, "system")))


def pages(who: Caller, path: str, **params: Any) -> list[dict[str, Any]]:
    """Everything of a list, page after page."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = who.get(path, after=after, **params).json()
        assert len(page["items"]) <= params.get("limit", 200)
        found, after = found + page["items"], page["next"]
    return found


def send(who: Caller, which: str, text: str, **params: Any) -> Response:
    """Send a list."""
    path = f"{API}/organisation/import/{which}"
    files = {"file": ("list.csv", text.encode())}
    params = {"request": "a list", **params}
    return who.client.post(path, params=params, files=files, headers=who.headers)


def test_whoever_looks_after_the_organisation_reads_all_of_it(system: Caller) -> None:
    listed = (SHIPPED / "sample" / "people.csv").read_text(encoding="utf-8").splitlines()[1:]
    usernames = {line.partition(",")[0] for line in listed}
    people = pages(system, "/organisation/people", limit=150)
    assert {one["username"] for one in people if one["posts"]} == usernames
    assert {one["username"] for one in people if not one["posts"]} == {"anquan", "guanli"}
    assert len(pages(system, "/organisation/posts", limit=199)) == len(listed)
    assert len(pages(system, "/organisation/units")) == 186


def test_others_read_of_people_in_their_own_units_and_below(rest: Rest) -> None:
    head = rest("xingyi.head")
    units = {one["code"] for one in pages(head, "/organisation/units", under="522301")}
    assert 1 < len(units) < 186
    assert {one["unit"] for one in pages(head, "/organisation/posts")} == units
    people = pages(head, "/organisation/people", limit=20)
    assert {post["unit"] for one in people for post in one["posts"]} == units
    town = rest("jingnan.liaison")
    assert {one["unit"] for one in pages(town, "/organisation/posts")} == {"522301100"}
    assert pages(town, "/organisation/posts", unit="522301") == []
    refused(town.get("/organisation/posts", unit="529999"), 404, "not_found")


def test_addresses_are_masked_for_all_but_their_owner(rest: Rest, system: Caller) -> None:
    mine = {one["username"]: one for one in pages(rest("xingyi.head"), "/organisation/people")}
    assert "*" not in mine["xingyi.head"]["phone"]
    others = [one for name, one in mine.items() if name != "xingyi.head"]
    administered = [one for one in pages(system, "/organisation/people") if one["phone"]]
    assert min(len(others), len(administered)) > 1
    assert all("****" in one["phone"] for one in others + administered)
    assert all("***@" in one["email"] for one in others + administered if one["email"])


def test_a_substitute_stands_beside_the_holder(
    system: Caller, duban: Duban, prefecture: Prefecture
) -> None:
    ill, well = prefecture.person("xingyi.head"), prefecture.person("xingyi.officer")
    asked = Asked("ill", duban.clock())
    Organising(duban.database).substitute(asked, person=well, stands_for=ill, reason="住院手术")
    posts = pages(system, "/organisation/posts", unit="522301")
    head = next(one for one in posts if one["role"] == "head")
    held = {one["kind"]: one["username"] for one in head["held"]}
    assert held == {"holder": "xingyi.head", "substitute": "xingyi.officer"}
    assert set(head["held"][0]) == {"username", "name", "kind", "begins_at", "ends_at"}


@ON_SQLITE
def test_a_list_is_looked_at_taken_once_and_taken_back(system: Caller, duban: Duban) -> None:
    before = everything(duban.database)
    looked = send(system, "units", f"{HEADER}\n{NEW}\n").json()
    assert (looked["counts"], looked["change"]) == ({"added": 1}, None)
    assert looked["lines"] == [
        {"row": 2, "verdict": "added", "what": "522399", "sentence": "兴义市新局"}
    ]
    assert everything(duban.database) == before
    taken = send(system, "units", f"{HEADER}\n{NEW}\n", commit="true").json()
    again = send(system, "units", f"{HEADER}\n{NEW}\n", commit="true").json()
    assert taken["change"] == again["change"]
    (newest, *_) = system.get("/organisation/changes", limit=1).json()["items"]
    assert (newest["id"], newest["person"]) == (taken["change"], "关力")
    undo = f"/organisation/changes/{taken['change']}/undo"
    undone = system.post(undo, {"request": "an undo"}).json()
    assert undone["sentence"].startswith("撤销变更")
    after = everything(duban.database)
    assert after["unit"] == before["unit"]
    refused(system.post(undo, {"request": "another"}), 422, "invalid_input")


@ON_SQLITE
def test_a_wrong_list_is_told_line_by_line_and_not_taken(system: Caller, duban: Duban) -> None:
    text = f"{HEADER}\n{NEW}\n522398,旧局,旧局,县级,部门,audit,没有\n"
    looked = send(system, "units", text).json()
    assert looked["counts"] == {"added": 1, "wrong": 1}
    before = everything(duban.database)
    answer = send(system, "units", text, commit="true")
    assert "一行也没有导入" in refused(answer, 422, "rows_refused")
    assert answer.json()["data"]["rows"][0]["row"] == 3
    refused(send(system, "units", "x,y\n1,2\n"), 422, "unreadable_file")
    refused(send(system, "units", "\x00"), 422, "unreadable_file")
    refused(send(system, "ranks", text), 404, "not_found")
    refused(send(system, "units", text, request="", commit="true"), 422, "invalid_input")
    assert everything(duban.database) == before


@ON_SQLITE
@pytest.mark.parametrize(
    ("username", "name", "says"),
    [
        ("ｘｉｔｏｎｇ", "来新", "应写作“xitong”"),
        ("#610", "来新", "留给已注销人员"),
        ("zhou.head\u200b", "来新", "登录名应为"),
        ("x" * 81, "来新", "登录名应为"),
        ("laixin", "来" * 81, "姓名应为"),
        ("xingyi.liaison", "王\u202e建安", "看不见的字符"),
    ],
    ids=["full width", "of the erased", "invisible", "long", "long name", "turned round"],
)
def test_a_list_of_people_brings_no_name_that_deceives(
    username: str, name: str, says: str, system: Caller, duban: Duban
) -> None:
    text = f"登录名,姓名,单位编码,岗位\n{username},{name},522301,officer\n"
    before = everything(duban.database)
    answer = send(system, "people", text, commit="true")
    refused(answer, 422, "rows_refused")
    assert says in str(answer.json()["data"]["rows"][0])
    assert everything(duban.database) == before


@ON_SQLITE
def test_the_template_can_be_sent_back(system: Caller) -> None:
    path = "/organisation/import/people/template"
    answer = system.get(path)
    assert answer.headers["content-disposition"].startswith("attachment")
    files = {"file": ("list.xlsx", answer.content)}
    url = f"{API}/organisation/import/people?request=x"
    looked = system.client.post(url, files=files, headers=system.headers)
    assert looked.json()["counts"] == {}


@ON_SQLITE
def test_a_long_list_is_not_too_large(system: Caller) -> None:
    text = f"{HEADER}\n" + "\n" * 2_000_000 + f"{NEW}\n"
    assert send(system, "units", text).json()["counts"] == {"added": 1}
