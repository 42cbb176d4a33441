"""T4: ten thousand tickets with eight people at each, every answer checked against some order."""

from tests.proof.copies import Copies
from tests.proof.signing_at_once import Desk, Sitting, sit, ticket
from tests.proof.story import Story
from tests.soak.grounds import NAMES, Grounds
from workflow.catalog import Catalog
from workflow.store.database import Database

TICKETS, A_ROUND = 10_000, 100


def run(grounds: Grounds) -> None:
    """So many tickets, half of them on each database."""
    wanted = (grounds.rounds or TICKETS) // len(grounds.kinds)
    for number, kind in enumerate(grounds.kinds):
        limit = grounds.left_after(number)
        copies, tickets = _prepared(grounds, kind)
        total = Sitting()
        for round_ in range(-(-wanted // A_ROUND)):
            if grounds.left <= limit:
                break
            _one_round(grounds, copies, tickets, total, round_)
            print(f"figure: tickets on {kind} so far = {total.tickets}", flush=True)
        grounds.found.count(f"{NAMES[kind]}: tickets", total.tickets)
        grounds.found.note(f"{NAMES[kind]}: operations", total.operations)
        grounds.found.note(f"{NAMES[kind]}: of these moved a ticket", total.moved)
        grounds.found.complain(kind, total.wrong)


def _prepared(grounds: Grounds, kind: str) -> tuple[Copies, list[int]]:
    virgin = grounds.virgin(kind)
    database = Database(virgin.make())
    story = Story(database, Catalog(database))
    tickets = [ticket(story) for _ in range(A_ROUND)]
    database.dispose()
    return virgin.of(database.url), tickets


def _one_round(
    grounds: Grounds, copies: Copies, tickets: list[int], total: Sitting, round_: int
) -> None:
    database = Database(copies.make())
    story = Story(database, Catalog(database), name=f"again{round_}")
    desk = Desk(story, grounds.chance(round_).randrange(10**9))
    *_, sitting = sit(desk, tickets)
    total.tickets += sitting.tickets
    total.operations += sitting.operations
    total.moved += sitting.moved
    total.wrong += sitting.wrong
    desk.close()
    database.dispose()
    copies.drop_all()
