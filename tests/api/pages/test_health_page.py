"""运行状况: the system administrator sees that nothing works while nobody is there to work."""

from datetime import timedelta

import pytest

from api import worker
from api.clock import SimulatedClock
from api.context import Duban
from api.pulse import Pulse
from tests.api.callers import ON_SQLITE
from tests.api.pages.conftest import Browser
from tests.api.pages.stories import open_case
from workflow.store import processes
from workflow.store.evidence import examinations
from workflow.store.evidence.examinations import Verdict
from workflow.store.processes import Process

HERE = "/administration/health"


@ON_SQLITE
def test_it_says_when_no_worker_runs_and_when_one_has_fallen_silent(
    system: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    assert "没有后台在运行" in system.get(HERE).text
    assert "还没有做过" in system.get(HERE).text
    with Pulse(duban, "worker"):
        page = system.get(HERE)
        assert "一切正常" in page.text
        assert "后台" in page.text
    dead = Process("office-2:77", "worker", 77, "0.1.0", clock(), clock(), {})
    with duban.database.unit_of_work() as connection:
        processes.note(connection, dead)
    clock.advance_to(clock() + timedelta(minutes=5))
    page = system.get(HERE)
    assert "后台 office-2:77 自" in page.text
    assert "没有后台在运行" in page.text


@ON_SQLITE
def test_it_says_what_is_behind_and_what_doctor_found(
    duban: Duban, clock: SimulatedClock, request: pytest.FixtureRequest
) -> None:
    open_case(duban)
    clock.advance_to(clock() + timedelta(days=4))
    found = Verdict(clock(), 1.5, cases=1234, history_rows=70, complaints=2, first="链断了")
    with duban.database.unit_of_work() as connection:
        examinations.keep(connection, found)
    page = request.getfixturevalue("system").get(HERE)  # who comes in now
    assert "个定时到时未办，最早的已过 " in page.text
    assert " 天 " in page.text.partition("最早的已过")[2].partition("小时")[0]
    assert "上次体检发现 2 处不符，其一为 链断了" in page.text
    assert "用时 1.5 秒，事项 1,234 件" in page.text
    assert "写入历史" in page.text


def test_what_fails_is_called_by_what_it_does(system: Browser, duban: Duban) -> None:
    for part in worker.PARTS:
        duban.database.meters.count("failed_beats", part=part)
    told = system.get(HERE).text
    assert "后台出错 发送消息 1" in told
    assert told.count("后台出错") == len(worker.PARTS)
    assert "后台出错 其他" not in told
