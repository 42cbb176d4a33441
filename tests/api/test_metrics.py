"""Metrics: read as a collector reads them, of every process, and by nobody without the key."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import SimulatedClock
from api.context import Duban
from api.pulse import Pulse, own_name
from api.worker import tick
from tests.api.callers import caller
from tests.proof.sink import Sink
from workflow import uploads
from workflow.catalog import Catalog
from workflow.engine.calendar import YearNotice
from workflow.engine.errors import InvalidInput
from workflow.store import calendars, processes
from workflow.store.evidence import examinations
from workflow.store.evidence.examinations import Verdict
from workflow.store.meters import Key
from workflow.store.processes import Process
from workflow.transaction import Transaction

KEY = "k-0123456789abcdef"
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def watched(duban: Duban) -> Duban:
    """An installation whose metrics may be collected."""
    return replace(duban, settings=replace(duban.settings, metrics_key=KEY.encode()))


@pytest.fixture
def collector(watched: Duban) -> Iterator[TestClient]:
    with TestClient(create_app(watched)) as client:
        yield client


def collected(client: TestClient) -> Figures:
    """Every sample, by name and labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(figures: Figures, name: str, **labels: str) -> float:
    """The sum of a metric over what the labels leave open."""
    wanted = set(labels.items())
    return sum(value for (one, has), value in figures.items() if one == name and wanted <= has)


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer wrong", f"Bearer {KEY}x"])
def test_nobody_without_the_key_finds_anything(collector: TestClient, key: str) -> None:
    assert collector.get("/metrics", headers={"Authorization": key}).status_code == 404


def test_what_happened_is_counted(
    collector: TestClient, watched: Duban, clock: SimulatedClock
) -> None:
    before = collected(collector)
    specialist = caller(collector, watched, "zhou-dc.specialist1")
    case = specialist.open().json()["case"]
    assert specialist.open(found_on="soon").status_code == 422
    assert specialist.fire(case, "sign_first").status_code >= 400
    figures = collected(collector)
    assert of(figures, "duban_steps_total", by="person") >= 1
    assert of(figures, "duban_requests_total", status="201") == 1
    assert of(figures, "duban_refusals_total") >= 2
    assert of(figures, "duban_queries_total") > of(before, "duban_queries_total")
    assert of(figures, "duban_request_seconds_total") > 0


def test_what_is_behind_is_told_until_it_is_done(
    collector: TestClient, watched: Duban, clock: SimulatedClock
) -> None:
    caller(collector, watched, "zhou-dc.specialist1").open()
    clock.advance_to(clock() + timedelta(days=3))
    behind = collected(collector)
    assert of(behind, "duban_timers_due") >= 1
    assert of(behind, "duban_timer_lag_seconds") > 3600
    sink = Sink(lambda key: None)
    tick(watched, {"email": sink, "sms": sink}, clock())
    done = collected(collector)
    assert of(done, "duban_timers_due") == of(done, "duban_timer_lag_seconds") == 0
    assert of(done, "duban_timers_total") >= 1
    for _ in range(30):  # what was said at night goes out on a working morning
        clock.advance_to(clock() + timedelta(hours=3))
        tick(watched, {"email": sink, "sms": sink}, clock())
    sent = collected(collector)
    assert of(sent, "duban_sends_total", way="email", outcome="accepted") >= 1


def test_every_process_is_told_of_and_a_silent_one_is_down(
    collector: TestClient, watched: Duban, clock: SimulatedClock
) -> None:
    sent: dict[Key, float] = {("sends", (("outcome", "accepted"), ("way", 'e"mail\\'))): 7.0}
    there = Process("other:1", "worker", 1, "0.1.0", clock(), clock(), sent)
    with watched.database.unit_of_work() as connection:
        processes.note(connection, there)
    with Pulse(watched, "serve"):
        figures = collected(collector)
        assert of(figures, "duban_process_up", kind="worker") == 1
        assert of(figures, "duban_process_up", process=own_name()) == 1
        assert of(figures, "duban_sends_total", process="other:1", way='e"mail\\') == 7
    clock.advance_to(clock() + timedelta(minutes=2))
    later = collected(collector)
    assert of(later, "duban_process_up", kind="worker") == 0
    assert not [has for _, has in later if ("kind", "serve") in has], "it ended in good order"
    clock.advance_to(clock() + timedelta(days=2))
    with Pulse(watched, "serve"):
        assert not [has for _, has in collected(collector) if ("process", "other:1") in has]


def test_what_another_process_enters_is_known_here_soon(
    watched: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`duban publish` and `duban notice` are processes of their own, and so is `duban serve`."""
    reload, heard = Catalog.reload, threading.Event()

    def hear(catalog: Catalog) -> None:
        reload(catalog)
        heard.set()

    with watched.database.unit_of_work() as connection:
        entered = YearNotice(2027, frozenset(), frozenset())
        version = calendars.add_notice(connection, entered, now=clock())
    assert watched.catalog.calendar.version < version
    monkeypatch.setattr(Catalog, "reload", hear)
    with Pulse(watched, "serve"):
        assert heard.wait(10)
    assert watched.catalog.calendar.version == version


def test_what_waits_to_be_sent_is_told_until_it_is_gone(
    collector: TestClient, watched: Duban, clock: SimulatedClock
) -> None:
    specialist = caller(collector, watched, "zhou-dc.specialist1")
    case = specialist.open().json()["case"]
    assert specialist.fire(case, "dispatch").status_code == 200
    clock.advance_to(clock() + timedelta(minutes=10))
    behind = collected(collector)
    assert of(behind, "duban_outbox_due") >= 1
    assert of(behind, "duban_outbox_age_seconds") >= 600
    sink = Sink(lambda key: None)
    tick(watched, {"email": sink, "sms": sink}, clock())
    done = collected(collector)
    assert of(done, "duban_outbox_due") == of(done, "duban_outbox_age_seconds") == 0


def test_what_fails_is_counted(
    collector: TestClient, watched: Duban, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of a beat, a timer whose step fails, a case of the calendar that cannot be opened."""

    def broken(*_: object, **more: object) -> None:
        raise KeyError("a mistake of ours")

    fire = Transaction.fire

    def broken_in_one(work: Transaction, case_id: int, *rest: Any) -> object:
        if case_id == case:
            broken()
        return fire(work, case_id, *rest)

    def refusing(*_: object, **more: object) -> None:
        raise InvalidInput("不收")

    specialist = caller(collector, watched, "zhou-dc.specialist1")
    case = specialist.open().json()["case"]
    specialist.open(unit="522326")
    monkeypatch.setattr(Transaction, "fire", broken_in_one)
    monkeypatch.setattr(Transaction, "open", refusing)
    monkeypatch.setattr(uploads, "sweep", broken)
    clock.advance_to(datetime(2026, 10, 15, 2, tzinfo=UTC))
    tick(watched, {}, clock())
    figures = collected(collector)
    assert of(figures, "duban_failed_beats_total", part="sweep") == 1
    assert of(figures, "duban_failed_timers_total") >= 1
    assert of(figures, "duban_not_opened_total", workflow="annual_report") >= 1


def test_the_last_verdict_of_doctor_is_told_with_its_age(
    collector: TestClient, watched: Duban, clock: SimulatedClock
) -> None:
    assert not [name for name, _ in collected(collector) if name.startswith("duban_doctor")]
    found = Verdict(clock(), 1.5, cases=7, history_rows=70, complaints=2, first="事项 3")
    with watched.database.unit_of_work() as connection:
        examinations.keep(connection, found)
    clock.advance_to(clock() + timedelta(hours=30))
    figures = collected(collector)
    assert of(figures, "duban_doctor_complaints") == 2
    assert of(figures, "duban_doctor_age_seconds") == 30 * 3600


def test_every_metric_says_what_it_is(collector: TestClient) -> None:
    answer = collector.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    families = [*text_string_to_metric_families(answer.text)]
    assert all(family.documentation for family in families)
    assert {family.type for family in families} == {"counter", "gauge"}
