"""运行状况: the system administrator sees that nothing works while nobody is there to work."""

from datetime import timedelta

from api.clock import SimulatedClock
from api.context import Duban
from api.pulse import Pulse
from tests.api.callers import ON_SQLITE
from tests.api.pages.conftest import Browser
from workflow.store import processes
from workflow.store.processes import Process

HERE = "/administration/health"


@ON_SQLITE
def test_it_says_when_no_worker_runs_and_when_one_has_fallen_silent(
    system: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    assert "没有后台在运行" in system.get(HERE).text
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
