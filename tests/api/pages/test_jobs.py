"""后台任务: long work is asked for and left, tells how far it has come, and is done once or not at
all, whoever dies meanwhile.
"""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api.clock import SimulatedClock
from api.context import Duban
from api.jobs import running, work
from api.jobs.running import run_next
from api.pages.casework import import_table
from api.pages.lists import exporting
from api.spreadsheets.reading import read_sheet
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.page import Page
from tests.api.pages.stories import SPECIALIST, open_case
from tests.api.sheets import HEADER, ROW, xlsx
from tests.prefecture import Prefecture
from workflow.organising import Organising
from workflow.store import jobs
from workflow.store.offices.changes import Asked
from workflow.store.tables.handles import CASE

LEDGER = "/ledgers/rectification/problem"
FILTERED = "?opened=open&group=unit&order=newest"


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """What is long elsewhere is short here: three rows are many, and every row is told of."""
    with (
        mock.patch.object(exporting, "AT_ONCE", 2),
        mock.patch.object(import_table, "AT_ONCE", 2),
        mock.patch.object(work, "TOLD_EVERY", 1),
    ):
        yield


def asked(browser: Browser, duban: Duban, cases: int = 3) -> str:
    """A long ledger whose sheet was asked for; the address of the job."""
    for _ in range(cases):
        open_case(duban)
    offer = browser.client.get(f"{LEDGER}/sheet.xlsx{FILTERED}")
    page = browser.get(offer.headers["location"])
    assert f"共 {cases} 行" in page.text
    answer = browser.client.post(page.forms[0].action, data=page.forms[0].values)
    return str(answer.headers["location"])


def taken_in(browser: Browser, rows: int = 3) -> str:
    """A long table that was looked at and sent off; the address of the job."""
    form = browser.get("/cases/import?workflow=rectification").forms[0]
    files = {"file": ("problems.xlsx", xlsx(HEADER, *[ROW] * rows))}
    values = {k: v for k, v in form.values.items() if k != "file"} | {"act": "look"}
    looked = Page(browser.client.post("/cases/import", data=values, files=files))
    answer = browser.client.post("/cases/import", data=looked.forms[0].values | {"act": "open"})
    return str(answer.headers["location"])


def count_cases(duban: Duban) -> int:
    with duban.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(CASE)).scalar_one())


def rows_of(answer: Any) -> list[list[Any]]:
    return [cells for _, cells in read_sheet(answer.content)]


def test_a_long_ledger_is_made_in_the_background_left_and_found_again(
    browser: Browsers, duban: Duban
) -> None:
    desk = browser(SPECIALIST)
    job = asked(desk, duban)
    waiting = desk.get(job)
    assert "等待处理" in waiting.text
    assert waiting.response.headers["refresh"] == "3"  # no script asks again
    assert "refresh" not in desk.get(f"{job}?still=yes").response.headers
    assert run_next(duban)
    assert not run_next(duban)
    done = desk.get(desk.get("/jobs").main.one("a", class_="headline").attributes["href"])
    assert "已完成" in done.text
    assert "refresh" not in done.response.headers
    for page in (waiting, done):
        links = {one.attributes["href"] for one in page.main.all("a")}
        assert LEDGER + FILTERED in links, "the way back"
    sheet = desk.client.get(done.main.one("a", class_="button").attributes["href"])
    assert [row[1] for row in rows_of(sheet)[1:]] == [f"问题整改〔2026〕{n}号" for n in (3, 2, 1)]


def test_progress_is_told_row_by_row_and_survives_a_reload(browser: Browsers, duban: Duban) -> None:
    desk = browser(SPECIALIST)
    job, seen = asked(desk, duban), []
    told = jobs.tell

    def look(*args: Any) -> None:
        told(*args)
        args[0].commit()
        seen.append(desk.get(job).main.one("progress").attributes)

    with mock.patch.object(jobs, "tell", look):
        run_next(duban)
    assert [one["value"] for one in seen] == ["0", "1", "2", "3"]
    assert {one["max"] for one in seen} == {"3"}


@pytest.mark.rights
def test_nobody_sees_a_job_of_somebody_else(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    job = asked(browser(SPECIALIST), duban)
    run_next(duban)
    for path in (job, f"{job}/file"):
        assert browser("zhou-dc.head").client.get(path).status_code == 404
    assert "没有后台任务" in browser("zhou-dc.head").get("/jobs").text
    # nor what was made for a post that one has left
    place = Prefecture(duban.database)
    Organising(duban.database).end(Asked("left", clock()), person=place.person(SPECIALIST))
    change = Asked("moved", clock())
    Organising(duban.database).substitute(
        change,
        person=place.person(SPECIALIST),
        stands_for=place.person("zhou-dc.head"),
        reason="出差",
    )
    assert "岗位有变动" in browser(SPECIALIST).get(f"{job}/file", status=404).text


def test_a_long_table_is_opened_in_the_background(browser: Browsers, duban: Duban) -> None:
    desk = browser(SPECIALIST)
    job = taken_in(desk)
    assert count_cases(duban) == 0
    run_next(duban)
    done = desk.get(job)
    assert "已导入 3 件" in done.text
    sheet = desk.client.get(f"{job}/file")
    assert rows_of(sheet)[1:] == [[row, f"问题整改〔2026〕{row - 1}号"] for row in (2, 3, 4)]
    way = done.main.one("a", class_="primary").attributes["href"]
    assert way == f"{LEDGER}?order=newest"
    text = desk.get(way).text
    places = [text.index(f"问题整改〔2026〕{number}号") for number in (3, 2, 1)]
    assert places == sorted(places), "the newest first"


def test_a_worker_that_dies_after_its_work_does_it_no_second_time(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    desk = browser(SPECIALIST)
    job = taken_in(desk)
    gone = OperationalError("COMMIT", {}, Exception("the process was killed"))
    with mock.patch.object(running, "_finish", side_effect=gone), pytest.raises(OperationalError):
        run_next(duban)
    assert count_cases(duban) == 3
    assert not run_next(duban)  # it is leased
    clock.advance_to(clock() + jobs.LEASE)
    assert run_next(duban)
    assert count_cases(duban) == 3
    assert "已导入 3 件" in desk.get(job).text


def test_work_that_is_cut_off_again_and_again_is_given_up(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    desk = browser(SPECIALIST)
    job = taken_in(desk)
    for _ in range(jobs.MOST_ATTEMPTS):
        with duban.database.unit_of_work() as connection:
            assert jobs.take_up(connection, clock())
        clock.advance_to(clock() + jobs.LEASE)
    assert not run_next(duban)
    assert "处理时中断了几次" in desk.get(job).text
    assert count_cases(duban) == 0


def test_what_has_become_wrong_meanwhile_is_told_and_nothing_is_opened(
    browser: Browsers, duban: Duban, clock: SimulatedClock
) -> None:
    desk = browser(SPECIALIST)
    job = taken_in(desk)
    duban.files.remove(_table_of(duban))
    run_next(duban)
    page = desk.get(job)
    assert "没有办成" in page.text
    assert "表格已经清除，请重新上传" in page.text


def _table_of(duban: Duban) -> str:
    with duban.database.reading() as connection:
        person = Prefecture(duban.database).person(SPECIALIST)
        return str(jobs.jobs_of(connection, person)[0].asked["file"])
