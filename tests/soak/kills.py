"""T3: kill -9 under load, on SQLite and on PostgreSQL, whose own processes die as well."""

from contextlib import closing
from statistics import median, quantiles

from tests.soak.grounds import NAMES, Grounds
from tests.soak.nursery import Nursery
from tests.soak.siege import Siege

KILLS = {"sqlite": 1000, "postgres": 500}
BUGS = ("sent_before_sending", "history_aside", "outbox_aside", "requests_forgotten")
"""What is planted first, of `tests/proof/bugs.py`: a siege that does not see them says little."""

KILLS_OF_A_BUG, SECONDS_OF_A_BUG, SIEGES_OF_A_BUG = 10, 120, 3
"""A bug that needs a death between two transactions may go unseen in so few kills: it is besieged
again, but not for longer, for it leaves thousands of messages to be sent slowly.
"""
FAST, EVERY_HALF_MINUTE = (0.05, 0.5), (30.0, 30.0)
"""Seconds between two kills."""

THINK_SECONDS = 0.5
"""Clients of the hour take their time, so that what they leave behind can be verified."""


def run(grounds: Grounds) -> None:
    """One siege of each kind of database, each for its part of the time."""
    _plant_bugs(grounds)
    for number, kind in enumerate(grounds.kinds):
        seconds = grounds.left / (len(grounds.kinds) - number)
        _besiege(grounds, kind, grounds.rounds or KILLS[kind], seconds, FAST)


def _plant_bugs(grounds: Grounds) -> None:
    virgin, seen = grounds.virgin("sqlite"), 0
    with closing(Nursery(virgin.url)) as nursery:
        for bug in BUGS:
            sieges = (_sees(nursery, virgin.make(), grounds, bug) for _ in range(SIEGES_OF_A_BUG))
            if any(sieges):
                seen += 1
            else:
                grounds.found.complain(f"planted {bug}", ["nobody saw it"])
    grounds.found.note("planted bugs seen", f"{seen} of {len(BUGS)}")


def _sees(nursery: Nursery, url: str, grounds: Grounds, bug: str) -> bool:
    with Siege(nursery, url, grounds.folder(), grounds.seed, bug=bug) as siege:
        siege.rage(KILLS_OF_A_BUG, SECONDS_OF_A_BUG)
        return bool(siege.end())


def an_hour(grounds: Grounds) -> None:
    """A kill every half minute for as long as the time goes, on the first kind of database."""
    kills = grounds.rounds or 10**6
    kind = grounds.kinds[0]
    _besiege(grounds, kind, kills, grounds.seconds, EVERY_HALF_MINUTE, THINK_SECONDS)


def _besiege(
    grounds: Grounds,
    kind: str,
    kills: int,
    seconds: float,
    pause: tuple[float, float],
    think: float = 0.0,
) -> None:
    virgin = grounds.virgin(kind)
    url, server = virgin.make(), grounds.scratch.server if kind == "postgres" else None
    with (
        closing(Nursery(virgin.url)) as nursery,
        Siege(
            nursery, url, grounds.folder(), grounds.seed, server=server, pause=pause, think=think
        ) as siege,
    ):
        siege.rage(kills, seconds)
        wrong = siege.end()
    _note(grounds, NAMES[kind], siege)
    grounds.found.complain(f"siege of {kind}", wrong)


def _note(grounds: Grounds, name: str, siege: Siege) -> None:
    toll, book, copies = siege.toll, siege.book, siege.sink.copies
    by_kind = ", ".join(f"{kills:,} {verb}" for verb, kills in sorted(toll.kills.items()))
    grounds.found.note(f"{name}: kills", f"{toll.total:,} ({by_kind})")
    grounds.found.note(f"{name}: seconds", round(siege.raged))
    grounds.found.note(f"{name}: requests acknowledged", len(book.acknowledged))
    grounds.found.note(f"{name}: tries they took", book.tries)
    grounds.found.note(f"{name}: mails received", copies.total())
    grounds.found.note(f"{name}: copies too many", copies.total() - len(copies))
    grounds.found.note(f"{name}: longest wait for an answer, s", f"{book.longest:.1f}")
    back = f"{median(toll.back):.2f}, {quantiles(toll.back, n=100)[98]:.2f}"
    grounds.found.note(f"{name}: seconds until back at work, median and p99", back)
