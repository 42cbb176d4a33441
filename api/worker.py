"""The heartbeat: wakes the sweeps of timers, calendar and outbox. The only file that knows
APScheduler.

`tick` is one beat: it is handed `now`, and a second worker, a repeated beat or a beat that comes
days late changes nothing, since rows decide what is due. `Worker` beats in a thread of its own.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from api import checkpoint_files
from api.context import Duban
from api.jobs.running import run_next
from notifications import collecting, delivery
from notifications.channels import Channel
from notifications.fallback import Fallback, fall_back
from notifications.sending_mark import SendingMark
from workflow import cadences, following, timers, uploads
from workflow.store.people import robots

EVERY = timedelta(seconds=2)
"""How often a worker looks; an idle look costs a few milliseconds."""

COLLECTS_EVERY = timedelta(minutes=1)
"""How often providers are asked what became of messages; each asking is a sign-in there."""

LONGEST_PART_SECONDS = 10
"""After these a part of a beat begins no other batch: a million timers must not keep the messages
waiting until the last has fired. Another beat follows at once, with a `now` that is true again.
"""

SAYS_AGAIN_AFTER_SECONDS = 3600

_log = structlog.get_logger("duban.worker")

Ways = Mapping[str, Channel]
"""The open channel of each way, as `notifications.ways` opens them."""

Sources = Mapping[str, Sequence[object]]
"""Who can be asked what became of the messages of each way (`notifications.ways`)."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one beat did: what each part counted, and the parts that failed."""

    figures: Mapping[str, int]
    failed: tuple[str, ...] = ()
    cut_short: bool = False
    """Whether a part had no time to go on."""

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not self.failed and not any(self.figures.values())


def tick(
    duban: Duban,
    ways: Ways,
    now: datetime,
    wanted: Callable[[], bool] = lambda: True,
    longest_seconds: float = inf,
) -> Ticked:
    """Do everything that is due at `now`, part by part; a part that fails stops no other.

    Between batches, and between two messages, `wanted` is asked whether to take up another one. A
    part takes up none once it has been at it for the longest time.
    """
    beat = _Beat(duban, ways, now, wanted)
    for name, part in PARTS.items():
        beat.until = time.monotonic() + longest_seconds
        try:
            part(beat)
        except Exception:
            # whatever it was, the other parts still have people waiting for them
            _log.exception("a part of the beat failed", part=name, at=now.isoformat())
            duban.database.meters.count("failed_beats", part=name)
            beat.failed.append(name)
    return Ticked(beat.figures, tuple(beat.failed), beat.cut_short)


@dataclass(slots=True)
class _Beat:
    """What the parts of one beat share."""

    duban: Duban
    ways: Ways
    now: datetime
    wanted: Callable[[], bool]
    figures: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    until: float = inf
    cut_short: bool = False

    def going_on(self) -> bool:
        """Whether the part at work may take up another batch."""
        late = time.monotonic() > self.until
        self.cut_short = self.cut_short or late
        return self.wanted() and not late

    def count(self, name: str, more: int) -> None:
        self.figures[name] = self.figures.get(name, 0) + more

    def not_opened(self, lost: cadences.NotOpened) -> None:
        """Counted at every beat, for it is tried at every beat; said once an hour."""
        self.duban.database.meters.count("not_opened", workflow=lost.workflow)
        now, said = time.monotonic(), self.duban.said
        if now - said.get(lost, -SAYS_AGAIN_AFTER_SECONDS) >= SAYS_AGAIN_AFTER_SECONDS:
            said[lost] = now
            _log.error("the calendar's cases could not be opened", **asdict(lost))


def _follow(beat: _Beat) -> None:
    duban = beat.duban
    while beat.going_on():
        followed = following.follow(duban.database, duban.catalog, beat.now)
        beat.count("followed", followed)
        if not followed:
            return


def _recalculate(beat: _Beat) -> None:
    duban = beat.duban
    done = timers.recalculate(duban.database, duban.catalog, beat.now, beat.going_on)
    beat.count("recalculated", done)


def _fire(beat: _Beat) -> None:
    duban = beat.duban
    while beat.going_on():
        fired = timers.fire_due(duban.database, duban.catalog, beat.now)
        beat.count("timers", fired)
        duban.database.meters.count("timers", fired)
        if not fired:
            return


def _open(beat: _Beat) -> None:
    duban = beat.duban
    opened = cadences.open_periodic(
        duban.database, duban.catalog, beat.now, beat.not_opened, beat.going_on
    )
    beat.count("opened", opened)


def _deliver(beat: _Beat) -> None:
    duban = beat.duban
    while beat.going_on():
        done = delivery.deliver_due(
            duban.database,
            beat.ways,
            duban.catalog.calendar,
            beat.now,
            base_url=duban.settings.base_url,
            order=duban.settings.fallback,
            pace=duban.settings.pace,
            mark=SendingMark(duban.database, duban.settings.sending_mark),
            # its key is asked for by the first robot, and may be missing where there is none
            unseal=lambda sealed, person: robots.unseal(duban.sealer, sealed, person),
            going_on=beat.wanted,
        )
        for name in ("digests", "sent", "put_off", "dead"):
            beat.count(name, getattr(done, name))
        if not done.leased:
            return


def _sweep(beat: _Beat) -> None:
    duban = beat.duban
    beat.count("swept", uploads.sweep(duban.database, duban.files, beat.now))


def _checkpoint(beat: _Beat) -> None:
    beat.count("checkpoints", checkpoint_files.export_due(beat.duban, beat.now))


PARTS: Mapping[str, Callable[[_Beat], None]] = {
    # units first: a timer waits until its case has followed
    "follow": _follow,
    # then dates: nobody is urged by a limit that a new holiday notice has moved
    "recalculate": _recalculate,
    "fire": _fire,
    "open": _open,
    # last: what the others have just said goes out in the same beat
    "deliver": _deliver,
    "sweep": _sweep,
    "checkpoint": _checkpoint,
}


class Worker:
    """Beats in a thread until it is stopped; any number of workers may serve one database."""

    def __init__(
        self, duban: Duban, ways: Ways, every: timedelta = EVERY, sources: Sources | None = None
    ) -> None:
        self._duban, self._ways, self._sources = duban, ways, sources or {}
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._wake(self._beat, every)
        # in a thread of its own: a mail server that hangs must not hold up what is due
        self._wake(self._collect, COLLECTS_EVERY)
        # likewise: nobody's reminder waits for somebody's spreadsheet
        self._wake(self._labour, every)
        self._clock_watch = threading.Thread(
            target=self._watch_clock, args=(every,), name="clock watch", daemon=True
        )

    def _wake(self, what: Callable[[], None], every: timedelta) -> None:
        self._scheduler.add_job(
            what,
            "interval",
            seconds=every.total_seconds(),
            next_run_time=self._duban.clock(),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )

    def start(self) -> None:
        """Begin to beat; the first beat comes at once."""
        self._scheduler.start()
        self._clock_watch.start()
        _log.info("worker started")

    def stop(self) -> None:
        """Finish what is in hand, of messages the one, then return; the rest waits in its rows."""
        self._stopping.set()
        self._clock_watch.join()
        self._scheduler.shutdown(wait=True)
        _log.info("worker stopped")

    def _watch_clock(self, every: timedelta) -> None:
        """Wake the scheduler when the machine's clock was set back.

        It sleeps until an hour of the clock; set back by an hour, it would sleep for one.
        """
        seen = self._duban.clock()
        while not self._stopping.wait(every.total_seconds()):
            now = self._duban.clock()
            if now < seen:
                _log.warning("the clock was set back", by=str(seen - now))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now)
            seen = now

    def _beat(self) -> None:
        while self._leaves_something():
            pass  # it is gone on with at once

    def _leaves_something(self) -> bool:
        """One beat; whether there was no time for something, and nothing has failed."""
        try:
            self._duban.catalog.reload()  # what another process has published or entered
        except Exception:
            _log.exception("the database does not answer")
            return False
        now = self._duban.clock()
        done = tick(self._duban, self._ways, now, self._is_wanted, LONGEST_PART_SECONDS)
        self._duban.database.meters.count("beats")
        if not done.idle:
            did = {name: count for name, count in done.figures.items() if count}
            _log.info("beat", failed=list(done.failed), **did)
        return done.cut_short and not done.failed and self._is_wanted()

    def _is_wanted(self) -> bool:
        return not self._stopping.is_set()

    def _labour(self) -> None:
        try:
            while not self._stopping.is_set() and run_next(self._duban):
                pass
        except Exception:
            _log.exception("long work could not be taken up")

    def _collect(self) -> None:
        try:
            collect(self._duban, self._sources)
        except Exception:
            _log.exception("reports could not be kept")


def collect(duban: Duban, sources: Sources) -> collecting.Collected:
    """Ask every source once what became of messages; another way stands in for what was lost."""
    done = collecting.collect_reports(duban.database, sources, duban.clock)
    other_ways = Fallback(duban.settings.fallback, duban.catalog.calendar)
    if made := fall_back(duban.database, other_ways, duban.clock()):
        _log.info("other ways stand in", messages=made)
    if done.reports or done.failed:
        _log.info("reports", new=done.reports, bad=done.bad_addresses, failed=list(done.failed))
    return done
