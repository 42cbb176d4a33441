"""A long list of units is looked at and taken in the background, while whoever asked for it is
still an administrator.
"""

from collections.abc import Iterator
from unittest import mock

import pytest

from api.context import Duban
from api.jobs import work
from api.jobs.running import run_next
from api.pages.administering import org_import
from api.spreadsheets.reading import read_sheet
from tests.api.pages.conftest import Browser
from workflow.store.lists.units import find_units
from workflow.store.offices.administrators import dismiss
from workflow.store.people.accounts import person_by_username

PATH = "/administration/import/units"
HEAD = "编码,名称,简称,层级,性质,职能,上级编码\n"
RIGHT = (HEAD + "522399,兴义市新局,新局,县级,部门,audit,522301\n").encode()
WRONG = (HEAD + "522399,新局,新局,县级,部门,audit,没有的\n").encode()


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Every list is long here, and every row is told of."""
    with mock.patch.object(org_import, "AT_ONCE", 1), mock.patch.object(work, "TOLD_EVERY", 1):
        yield


def sent(system: Browser, content: bytes, act: str, path: str = PATH) -> str:
    """A list sent off; the address of its job."""
    form = next(form for form in system.get(path).forms if form.action == PATH)
    values = {name: text for name, text in form.values.items() if name not in ("file", "complete")}
    files = {"file": ("units.csv", content, "text/csv")}
    answer = system.client.post(PATH, data=values | {"act": act}, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def found(system: Browser) -> bool:
    return "没有找到" not in system.get("/administration/organisation?find=522399").text


def test_it_is_looked_at_and_then_taken(system: Browser, duban: Duban) -> None:
    job = sent(system, RIGHT, "look")
    assert system.get(job).response.headers["refresh"] == "3"
    assert run_next(duban)
    looked = system.get(job)
    assert "新增 1 行；一行也没有导入" in looked.text
    rows = [cells for _, cells in read_sheet(system.client.get(f"{job}/file").content)]
    assert rows[1:] == [[2, "新增", "522399", "兴义市新局"]]
    assert not found(system)

    again = next(one for one in looked.main.all("a") if one.text == "接着导入")
    taken = sent(system, RIGHT, "take", again.attributes["href"])
    assert run_next(duban)
    assert "导入单位：新增 1 行" in system.get(taken).text
    assert found(system)
    assert taken in [one.attributes["href"] for one in system.get("/jobs").main.all("a")]


def test_of_a_list_with_a_mistake_nothing_is_taken_and_every_line_is_told(
    system: Browser, duban: Duban
) -> None:
    job = sent(system, WRONG, "take")
    assert run_next(duban)
    page = system.get(job)
    assert "没有办成" in page.text
    assert "请在表格里改好" in page.text
    rows = [cells for _, cells in read_sheet(system.client.get(f"{job}/file").content)]
    assert rows[1][:3] == [2, "错误", "522399"]
    assert not found(system)


@pytest.mark.rights
def test_whoever_is_administrator_no_longer_has_nothing_taken(
    system: Browser, duban: Duban
) -> None:
    sent(system, RIGHT, "take")
    with duban.database.unit_of_work() as connection:
        person, by = (person_by_username(connection, one) for one in ("guanli", "anquan"))
        dismiss(connection, person, by=by, now=duban.clock())
    assert run_next(duban)
    with duban.database.reading() as connection:
        assert find_units(connection, "522399") == []
