"""Ask every way what became of the messages it took over, and keep what is said.

What a provider says is committed before the provider is told that it may forget it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.channels.reporting import CannotCollect, Outstanding, Report, Reporting
from workflow.setting_aside import is_outage
from workflow.store.database import Database
from workflow.store.outgoing import bad_addresses, reports

MOST_ASKED = 200
"""Messages a provider is asked about in one round, the oldest first."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one round brought: new reports, addresses newly known to be bad, ways that failed."""

    reports: int = 0
    bad_addresses: int = 0
    failed: tuple[str, ...] = ()


def collect_reports(
    database: Database, sources: Mapping[str, Sequence[object]], clock: Callable[[], datetime]
) -> Collected:
    """Ask those sources of each way that can be asked; a source that fails stops no other."""
    new, bad, failed = 0, 0, []
    for way, able in sources.items():
        for source in able:
            if not isinstance(source, Reporting):
                continue
            into = _Into(database, way, clock)
            try:
                source.collect(into.outstanding(), into.keep)
            except CannotCollect as error:
                _log.warning("no reports by %s: %s", way, error)
                failed.append(way)
            except Exception as error:
                if is_outage(error):
                    raise
                _log.exception("reports by %s could not be read", way)
                failed.append(way)
            new, bad = new + into.new, bad + into.bad
    return Collected(new, bad, tuple(failed))


@dataclass(slots=True)
class _Into:
    """Where the reports of one way go."""

    database: Database
    way: str
    clock: Callable[[], datetime]
    new: int = 0
    bad: int = 0

    def outstanding(self) -> list[Outstanding]:
        with self.database.reading() as connection:
            return reports.outstanding(connection, self.way, self.clock(), MOST_ASKED)

    def keep(self, said: Sequence[Report]) -> None:
        if not said:
            return
        new, bad = keep_reports(self.database, self.way, said, self.clock())
        self.new, self.bad = self.new + new, self.bad + bad


def keep_reports(
    database: Database, way: str, said: Sequence[Report], now: datetime
) -> tuple[int, int]:
    """Commit what a provider says; how many reports and how many bad addresses are new."""
    with database.unit_of_work() as connection:
        new = reports.keep(connection, way, said, now)
        return new, bad_addresses.mark_bad_addresses(connection, now)
