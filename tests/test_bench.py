"""The benchmarks still run: small sizes, no peer that must be installed, nothing timed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import system_clock
from api.context import Duban
from api.settings import Settings
from bench import lists, machine, many, office, over_http, profiles, report, spent, steps, sweeps
from bench.report import Table
from workflow import timers
from workflow.doctor import examine
from workflow.store.database import Database
from workflow.store.lists.counting import count_up_to
from workflow.store.lists.queries import Filter, list_cases

pytestmark = pytest.mark.bench_smoke


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> machine.Scratch:
    monkeypatch.setattr(machine, "DATA", tmp_path)
    return machine.Scratch(tmp_path)


def test_cloned_cases_are_whole_and_their_steps_are_real(scratch: machine.Scratch) -> None:
    url = scratch.sqlite()
    office.fill(url, 20)
    desk = office.enter(Database(url))
    accepted, unit = desk.cases()[-1]
    desk.accept(accepted, unit, "smoke", office.NOW + timedelta(hours=1))

    fired = timers.fire_all_due(desk.database, desk.catalog, sweeps.AT)
    report = examine(desk.database, desk.catalog, sweeps.AT)

    desk.database.dispose()
    assert fired == 20  # the accepted case too: its first reminder falls on that day
    assert report.complaints == []
    print(f"figure: history rows of cloned cases verified = {report.figures['history rows']}")


def test_a_step_is_compared_with_the_reference_transaction(scratch: machine.Scratch) -> None:
    rates, tails = steps.sqlite_threads(scratch, steps.Sizes(rounds=1, steps=16, seconds=1))

    assert list(rates.rounds) == [steps.OURS, steps.RAW]
    assert all(len(values) == 1 for values in tails.rounds.values())


def test_a_profile_says_whose_code_the_time_is_spent_in(
    scratch: machine.Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "KINDS", {"sqlite": "SQLite"})
    monkeypatch.setattr(timers, "BATCH", 5)  # the first warms up, the others are profiled
    step, timer = profiles.run(scratch, (5, 10))

    for one in (step, timer):
        assert one.areas.keys() == {name for name, _ in profiles.AREAS} | {spent.REST}
        assert any("sqlite3." in name for name in one.functions)
    assert step.done == 5


def test_every_reader_finds_the_share_of_the_cases_that_is_theirs(
    scratch: machine.Scratch,
) -> None:
    url = scratch.sqlite()
    units = many.fill(url, 1000)
    narrowed = Filter(workflows=(office.WORKFLOW, many.RARE))
    seen = {}
    with Database(url).reading() as connection:
        for who, reader in lists.readers(units).items():
            seen[who] = count_up_to(connection, reader, narrowed, 5000)
            assert len(list_cases(connection, reader, narrowed, limit=5000).rows) == seen[who]

    opened = seen.pop("all") - 1000  # the top unit sees the cases of the office, too
    assert (opened, seen.pop("three posts")) == (13, 1013)
    assert seen == {"a tenth": 100, "a hundredth": 10, "one unit": 1}


def test_the_set_based_statement_settles_what_the_sweep_settles(scratch: machine.Scratch) -> None:
    url = scratch.sqlite()
    office.fill(url, 12)
    model = sweeps.model_of(scratch, "sqlite")

    rate = sweeps.set_based(url, model)

    with Database(url).reading() as connection:
        fired = connection.exec_driver_sql("SELECT count(*) FROM timer WHERE status = 'fired'")
        told = connection.exec_driver_sql("SELECT count(*) FROM history WHERE event = 'rung'")
        assert (fired.scalar_one(), told.scalar_one()) == (12, 12)
    assert rate > 0


def test_what_is_sent_over_http_is_accepted(scratch: machine.Scratch) -> None:
    url = scratch.sqlite()
    office.fill(url, 12)
    duban = Duban.on(Database(url), Settings(data=scratch.folder), system_clock)

    with TestClient(create_app(duban)) as client:
        answers = [
            client.post(
                wanted["path"],
                json=wanted["body"],
                headers={"Authorization": f"Bearer {wanted['token']}"},
            )
            for wanted in over_http.accepting(url)
        ]

    assert [answer.status_code for answer in answers] == [200] * 12
    assert {answer.json()["state"] for answer in answers} == {"planning"}
    duban.database.dispose()


def test_a_part_replaces_its_own_section_of_the_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "RESULTS.md")
    table = Table("one", "steps/s", {"ours": [10.0, 30.0], "limit": [20.0, 40.0]})
    table.goal("limit", 0.5)

    report.keep(report.section("P2 second", "b", [], [table]))
    report.keep(report.section("P10 tenth", "d", [], []))
    report.keep(report.section("P1 first", "a", [], []))
    report.keep(report.section("P2 second", "c", [], [table]))

    text = report.RESULTS.read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["P1", "P2", "P10"]
    assert "`c`" in text
    assert "0.625, reached" in text
