"""A case stands on a desk because of its state's own events: what may be done at any time put it
there as well, so that desks held cases which waited for nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from ruamel.yaml import YAML

revision = "0047"
down_revision = "0050"

_DEFINITION = sa.table("definition", sa.column("id"), sa.column("body"))
_CASES = sa.table(
    "cases",
    *map(sa.column, ("id", "definition_id", "state", "closed_at", "body")),
)
_SCOPE = sa.table("scope", *map(sa.column, ("case_id", "unit_id", "acts")))
_BATCH = 5_000


def upgrade() -> None:
    connection = op.get_bind()
    for id_, text in connection.execute(sa.select(_DEFINITION.c.id, _DEFINITION.c.body)).all():
        definition = YAML(typ="safe", pure=True).load(text)
        for state in _states_on_other_desks(definition):
            for cases in _cases_at(connection, id_, state):
                _put(connection, definition, state, cases)


def _states_on_other_desks(definition: Mapping[str, Any]) -> Iterator[str]:
    """The states with an event, allowed in several, that put a case on its turn's desk."""
    wides = (definition.get("anytime") or {}).values()
    for name, state in definition["states"].items():
        turn = state.get("turn")
        here = [wide for wide in wides if name in _listed(wide["from"])]
        if turn and any(party in (turn, "turn") for wide in here for party, _ in _by(wide)):
            yield name


def _cases_at(connection: Any, definition: int, state: str) -> Iterator[list[Any]]:
    """The open cases of a version in a state, in batches: each with its id and body."""
    last = 0
    here = (_CASES.c.definition_id == definition, _CASES.c.state == state)
    query = sa.select(_CASES.c.id, _CASES.c.body).where(*here, _CASES.c.closed_at.is_(None))
    while True:
        page = query.where(_CASES.c.id > last).order_by(_CASES.c.id).limit(_BATCH)
        rows = connection.execute(page).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].id


def _put(connection: Any, definition: Mapping[str, Any], state: str, cases: list[Any]) -> None:
    ids = [{"of": id_} for id_, _ in cases]
    here = _SCOPE.c.case_id == sa.bindparam("of")
    connection.execute(sa.update(_SCOPE).where(here).values(acts=None), ids)
    rows = [
        {"of": id_, "at": unit, "can": f",{','.join(sorted(roles))},"}
        for id_, text in cases
        for unit, roles in _roles(definition, state, orjson.loads(text)).items()
    ]
    if rows:
        one = sa.update(_SCOPE).where(here, _SCOPE.c.unit_id == sa.bindparam("at"))
        connection.execute(one.values(acts=sa.bindparam("can")), rows)


def _roles(
    definition: Mapping[str, Any], name: str, body: Mapping[str, Any]
) -> Mapping[int, set[str]]:
    """Which roles of which units the case in this state waits for."""
    state, found = definition["states"][name], defaultdict[int, set[str]](set)
    turn = state.get("turn")
    for event in (state.get("events") or {}).values():
        for party, role in _by(event):
            seat = body["parties"].get(turn if party == "turn" else party)
            if seat is None:
                continue
            if definition["facts"].get(role, {}).get("type") == "people":
                people = body["facts"].get(role) or ()
                found[seat[0]] |= {f"#{one['person']}" for one in people if one["unit"] == seat[0]}
            else:
                found[seat[0]].add(role)
    if turn and body["handler"] is not None:
        found[body["parties"][turn][0]].add(f"#{body['handler']}")
    return found


def _by(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _listed(event.get("by") or ()):
        party, _, role = one.partition(".")
        yield party, role


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
