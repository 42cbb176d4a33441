"""A disk that says no: whoever writes is told so, readers are answered meanwhile, and the same
process goes on once it is well.
"""

from errno import EIO, ENOSPC
from itertools import count

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.context import Duban
from tests.api.callers import ON_SQLITE, refused
from tests.api.conftest import Rest
from tests.proof.disk import step_between
from tests.proof.disk_faults import Failing
from workflow.doctor import examine
from workflow.store.tables.handles import CASE

EVERY = 8
"""One in so many of the points at which a request asks something of the disk."""


@ON_SQLITE
@pytest.mark.parametrize(
    ("error", "code"), [(ENOSPC, "storage_full"), (EIO, "database_unavailable")]
)
def test_writers_are_told_and_readers_answered(
    error: int, code: str, rest: Rest, client: TestClient, duban: Duban
) -> None:
    maker = rest("zhou-dc.specialist1")
    known = maker.open().json()["case"]
    duban.database.dispose()  # what is opened from now on asks
    disk = Failing(0, error=error, lasting=True)
    step_aside = step_between(disk.ask)
    told = 0
    for point in count(1, EVERY):
        disk.healed, disk.die_at = False, disk.passed + point
        answer = maker.open(request=f"at-{point}")
        if disk.passed < disk.die_at:
            break
        if answer.status_code != 201:  # the log may be full once the step is safe in it
            refused(answer, 503, code)
            told += 1
        assert maker.get(f"/cases/{known}").status_code == 200
        disk.heal()
        again = maker.open(request=f"at-{point}")
        assert again.status_code == 201, again.text
        assert maker.open(request=f"at-{point}").json() == again.json()
    step_aside()
    duban.database.dispose()
    assert told
    requests = 1 + -(-point // EVERY)
    with duban.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(CASE)).scalar_one() == requests
    assert examine(duban.database, duban.catalog, duban.clock()).clean
    print(f"figure: requests that failed at the disk with {code} = {told}")
