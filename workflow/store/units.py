"""Units as the commands of the organisation write them."""

from datetime import datetime

from sqlalchemy import Connection, insert, literal, select

from workflow.store.organisation import FORMER_NAME, UNIT


def keep_name(connection: Connection, unit: int, until: datetime) -> None:
    """Keep what a unit is called, until an instant, for the pages of its time."""
    query = select(UNIT.c.id, literal(until, FORMER_NAME.c.until.type), UNIT.c.name)
    query = query.add_columns(UNIT.c.short_name).where(UNIT.c.id == unit)
    columns = ["unit_id", "until", "name", "short_name"]
    connection.execute(insert(FORMER_NAME).from_select(columns, query))
