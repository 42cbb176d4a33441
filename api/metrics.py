"""Metrics for Prometheus, in its text format: of every process of the installation, whichever web
process is asked, so that one address behind the load balancer is enough.

Whoever does not bring the key of `DUBAN_METRICS_KEY` finds nothing here.
"""

import hmac
from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.auth import Installation
from api.context import Duban
from api.pulse import own_name
from workflow.engine.errors import NotFound
from workflow.store import processes
from workflow.store.evidence import examinations
from workflow.store.meters import Key
from workflow.store.outgoing import backlog

router = APIRouter(include_in_schema=False)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

COUNTERS = {
    "steps": "Rows of history written: steps of people, of the clock and of linked cases.",
    "refusals": "Requests refused, by the code of the refusal.",
    "requests": "HTTP requests answered, by status.",
    "request_seconds": "Seconds spent on answering HTTP requests.",
    "queries": "Statements sent to the database.",
    "timers": "Timers settled by sweeps.",
    "sends": "Messages handed to a channel, by channel and outcome.",
    "not_opened": "Tries to open a case that the calendar owes which were refused.",
    "failed_timers": "Timers whose step failed and which were set aside.",
    "beats": "Beats of a worker that came to their end; without them nothing is fired or sent.",
    "failed_beats": "Parts of a worker's beat that failed.",
}
"""What processes count, with what it is."""

Sample = tuple[str, str, float]
"""A metric's name, its labels as they are written, and its value."""


@router.get("/metrics")
def metrics(duban: Installation, authorization: Annotated[str, Header()] = "") -> Response:
    """Every figure there is."""
    key = duban.settings.metrics_key
    given = authorization.removeprefix("Bearer ").encode("utf-8", "replace")
    if key is None or not hmac.compare_digest(given, key):
        raise NotFound("没有这个地址")
    return Response("".join(exposition(duban)), media_type=CONTENT_TYPE)


def exposition(duban: Duban) -> Iterator[str]:
    """The lines of the text format, a metric's together."""
    samples = sorted([*_gauges(duban), *_counters(duban)])
    for name, group in groupby(samples, key=lambda sample: sample[0]):
        kind = "counter" if name.endswith("_total") else "gauge"
        counted = COUNTERS.get(name.removeprefix("duban_").removesuffix("_total"))
        yield f"# HELP {name} {counted or _GAUGES[name]}\n# TYPE {name} {kind}\n"
        for _, labels, value in group:
            yield f"{name}{labels} {value:g}\n" if value < 1e6 else f"{name}{labels} {value:.0f}\n"


_GAUGES = {
    "duban_timers_due": "Timers that are due and not settled.",
    "duban_timer_lag_seconds": "How long the oldest of them has been due.",
    "duban_outbox_due": "Messages that may go and have not gone, put off or not.",
    "duban_outbox_put_off": "Those of them that a provider or a full day put off.",
    "duban_outbox_age_seconds": "How long the oldest of them has waited, put off or not.",
    "duban_doctor_complaints": "How much the last examination by doctor found wrong.",
    "duban_doctor_age_seconds": "How long ago that was.",
    "duban_process_up": "1 for a process that was seen within a minute, 0 for one that is silent.",
}


def _gauges(duban: Duban) -> Iterator[Sample]:
    now = duban.clock()
    with duban.database.reading() as connection:
        behind = backlog.backlog(connection, now)
        known = processes.known(connection)
        verdict = examinations.last(connection)
    if verdict is not None:
        yield "duban_doctor_complaints", "", verdict.complaints
        yield "duban_doctor_age_seconds", "", (now - verdict.at).total_seconds()
    yield "duban_timers_due", "", behind.timers
    yield "duban_timer_lag_seconds", "", behind.timer_lag
    yield "duban_outbox_due", "", behind.messages
    yield "duban_outbox_put_off", "", behind.put_off
    yield "duban_outbox_age_seconds", "", behind.message_age
    for one in known:
        labels = (("kind", one.kind), ("process", one.name), ("version", one.version))
        yield "duban_process_up", _written(labels), float(not one.is_silent(now))


def _counters(duban: Duban) -> Iterator[Sample]:
    with duban.database.reading() as connection:
        known = {one.name: one.figures for one in processes.known(connection)}
    known[own_name()] = duban.database.meters.read()  # what others last said, we know to the moment
    for process, figures in known.items():
        for key, count in figures.items():
            yield _counter(process, key, count)


def _counter(process: str, key: Key, count: float) -> Sample:
    name, labels = key
    return f"duban_{name}_total", _written((*labels, ("process", process))), count


def _written(labels: tuple[tuple[str, str], ...]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inside}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
