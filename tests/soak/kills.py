"""T3: kill -9 under load, on SQLite and on PostgreSQL, whose own processes die as well."""

import re
from collections import Counter
from contextlib import closing
from statistics import median, quantiles

from tests.proof.copies import Copies
from tests.soak.grounds import NAMES, Grounds
from tests.soak.nursery import Nursery
from tests.soak.siege import Siege

KILLS = {"sqlite": 1000, "postgres": 500}
FEWEST = 5
"""Kills without which a siege says nothing: they are waited for even when its time is up."""

BUGS = ("sent_before_sending", "history_aside", "outbox_aside", "requests_forgotten")
"""What is planted first, of `tests/proof/bugs.py`: a siege that does not see them says little."""

SHARE_OF_BUGS = 1 / 3
"""Of the time of all, at most; which bugs there was no time for is told."""

KILLS_OF_A_BUG, SECONDS_OF_A_BUG, SIEGES_OF_A_BUG = 10, 60, 3
"""A bug that needs a death between two transactions may go unseen in so few kills: it is besieged
again, but not for longer, for it leaves thousands of messages to be sent slowly.
"""

END_SECONDS, SHARE_OF_END = 30, 0.1
"""What a siege needs of its time for its end: clients finish, a day goes by, all is verified."""

FAST, EVERY_HALF_MINUTE = (0.05, 0.5), (30.0, 30.0)
"""Seconds between two kills."""

THINK_SECONDS = 0.5
"""Clients of the hour take their time, so that what they leave behind can be verified."""


def run(grounds: Grounds) -> None:
    """Bugs first, then one siege of each kind of database, each for its part of the time."""
    _plant_bugs(grounds)
    for number, kind in enumerate(grounds.kinds):
        seconds = grounds.left / (len(grounds.kinds) - number)
        _besiege(grounds, kind, grounds.rounds or KILLS[kind], seconds, FAST)


def _plant_bugs(grounds: Grounds) -> None:
    until = grounds.spent + grounds.left * SHARE_OF_BUGS
    virgin = grounds.virgin("sqlite")
    with closing(Nursery(virgin.url)) as nursery:
        seen = {bug: _is_seen(nursery, virgin, grounds, bug, until) for bug in BUGS}
    for bug, found in seen.items():
        if found is False:
            grounds.found.complain(f"planted {bug}", ["nobody saw it"])
    said = f"{[*seen.values()].count(True)} of {len(BUGS)}"
    if skipped := [bug for bug, found in seen.items() if found is None]:
        said += f", no time for {', '.join(skipped)}"
    grounds.found.note("planted bugs seen", said)


def _is_seen(
    nursery: Nursery, virgin: Copies, grounds: Grounds, bug: str, until: float
) -> bool | None:
    """Whether one of a few sieges shows a bug; None where there was no time to say."""
    for again in range(SIEGES_OF_A_BUG):
        if grounds.spent >= until:
            return None
        url, seed = virgin.make(), grounds.seed + again
        name = f"planted {bug}"
        with Siege(nursery, url, grounds.folder(), seed, name=name, bug=bug) as siege:
            siege.rage(KILLS_OF_A_BUG, SECONDS_OF_A_BUG)
            if shown := siege.end():
                print(f"soak: {name}: seen, {shown[0]}", flush=True)
                return True
    return False


def an_hour(grounds: Grounds) -> None:
    """A kill every half minute for as long as the time goes, on the first kind of database."""
    kills = grounds.rounds or 10**6
    kind = grounds.kinds[0]
    _besiege(grounds, kind, kills, grounds.left, EVERY_HALF_MINUTE, THINK_SECONDS)


def _besiege(
    grounds: Grounds,
    kind: str,
    kills: int,
    seconds: float,
    pause: tuple[float, float],
    think: float = 0.0,
) -> None:
    until = grounds.spent + seconds - END_SECONDS - seconds * SHARE_OF_END
    virgin, name, fewest = grounds.virgin(kind), f"siege of {NAMES[kind]}", min(kills, FEWEST)
    url, server = virgin.make(), grounds.scratch.server if kind == "postgres" else None
    with (
        closing(Nursery(virgin.url)) as nursery,
        Siege(
            nursery,
            url,
            grounds.folder(),
            grounds.seed,
            name=name,
            server=server,
            pause=pause,
            think=think,
        ) as siege,
    ):
        siege.rage(kills, max(until - grounds.spent, 0.0), fewest)
        wrong = siege.end()
    _note(grounds, NAMES[kind], siege)
    grounds.found.complain(name, [*wrong, *too_little(siege, fewest)])


_ERROR = re.compile(r'"logger": "([^"]*)", "level": "error"')


def too_little(siege: Siege, fewest: int) -> list[str]:
    """Why a siege in which nothing is wrong says nothing."""
    happened = {
        f"at least {fewest} kills": siege.toll.total >= fewest,
        "an acknowledged request": bool(siege.book.acknowledged),
        "a mail": bool(siege.sink.copies),
    }
    return [f"it proves nothing without {what}" for what, is_so in happened.items() if not is_so]


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
    grounds.found.note(f"{name}: errors in the logs", _in_words(_errors(siege)))
    grounds.found.note(f"{name}: leaps more that the end took", toll.pushes)


def _errors(siege: Siege) -> Counter[str]:
    """How many errors the besieged wrote into their logs, by who wrote them."""
    logs = (one.log.read_text(encoding="utf-8", errors="replace") for one in siege.processes)
    return Counter(logger for log in logs for logger in _ERROR.findall(log))


def _in_words(found: Counter[str]) -> str:
    by_logger = ", ".join(f"{count:,} {logger}" for logger, count in sorted(found.items()))
    return f"{found.total():,} ({by_logger})" if found else "0"
