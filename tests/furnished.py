"""What tests and proofs start from: the sample prefecture with the shipped definitions."""

from tests.prefecture import NOW
from workflow.catalog import Catalog
from workflow.folder import SHIPPED
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.offices.sample import load_sample


def furnish(database: Database) -> None:
    """Fill an empty database, and leave no connection: it could not be copied."""
    try:
        with database.unit_of_work() as connection:
            schema.create(connection)
            load_sample(connection, SHIPPED / "sample", NOW)
        Catalog(database).publish(SHIPPED, NOW)
    finally:
        database.dispose()
