"""People named on a case stand in it by id alone; what they are called is looked up.

History is covered by its hashes and stays as it was written (decision 0039); the row of a case is
its cache, and is put right here.
"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0038"
branch_labels = None
depends_on = None

_KEPT = ("person", "unit")
_ONCE = {*_KEPT, "username", "name"}


def upgrade() -> None:
    """Leave names out of the facts of cases."""
    connection = op.get_bind()
    query = sa.text("SELECT id, body FROM cases WHERE body LIKE :named")
    for id_, text in connection.execute(query, {"named": '%"username":%'}).all():
        body = orjson.loads(text)
        body["facts"] = {name: _by_id(value) for name, value in body["facts"].items()}
        bare = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
        put = sa.text("UPDATE cases SET body = :body WHERE id = :id")
        connection.execute(put, {"body": bare, "id": id_})


def _by_id(value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return value
    return [{key: row[key] for key in _KEPT} if row.keys() == _ONCE else row for row in value]
