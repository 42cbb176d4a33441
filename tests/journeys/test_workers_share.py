"""办法第二十六条：“履职不力、工作滞后”.

On the morning after a deadline any number of workers share what is due.
"""

import pytest

from tests.journeys.play import Play
from tests.journeys.problems import rectifying
from workflow import timers
from workflow.store.casework import cases
from workflow.store.database import Database

pytestmark = [pytest.mark.journey, pytest.mark.race]

BATCH = 2


def test_while_one_has_its_batch_in_hand_another_takes_up_the_next(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    play, other = Play(postgres_database), Database(postgres_database.url)
    for _ in range(2 * BATCH + 1):
        rectifying(play)
    play.until("2026-05-19")
    play.down_until("2026-05-20 10:00")
    monkeypatch.setattr(timers, "BATCH", BATCH)
    with other.unit_of_work() as theirs:
        assert len(cases.lock_due_cases(theirs, play.now, BATCH)) == BATCH
        mine = (play.database, play.catalog, play.now)
        assert [timers.fire_due(*mine) for _ in range(3)] == [BATCH, 1, 0]
    other.dispose()
    assert timers.fire_all_due(*mine) == BATCH
    assert play.doctor().clean
