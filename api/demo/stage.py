"""The stage: an installation with the sample prefecture in it, at the beginning of a story, and a
clock that the story moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from api.clock import SimulatedClock
from api.context import Duban
from api.settings import Settings
from notifications.channels import Channel
from notifications.rendering import template_keys
from workflow.catalog import Catalog
from workflow.folder import SHIPPED
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.offices.sample import load_sample

SAMPLE = SHIPPED / "sample"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a play needs; `ways` carry its messages."""

    duban: Duban
    clock: SimulatedClock
    ways: Mapping[str, Channel]


def furnish(database: Database, settings: Settings, clock: SimulatedClock) -> Duban:
    """Fill an empty database with the sample prefecture and the shipped workflows."""
    schema.migrate(database, clock.now())
    with database.unit_of_work() as connection:
        load_sample(connection, SAMPLE, clock.now())
    Catalog(database).publish(SHIPPED, clock.now(), template_keys())
    return Duban.on(database, settings, clock)


def do_without_syncing(database: Database) -> None:
    """Make an SQLite file quicker that nobody relies on while it is played in."""
    event.listen(database.engine, "connect", _do_not_sync)


def _do_not_sync(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
