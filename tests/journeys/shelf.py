"""A catalog for a play: always what the database holds, never parsed twice."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import text

from workflow.catalog import Catalog
from workflow.engine.calendar import Calendar
from workflow.engine.machine import Compiled
from workflow.store.calendars import read_calendars


class Shelf(Catalog):
    """A catalog that reads everything anew, but parses a text only the first time it meets it."""

    _parsed: ClassVar[dict[tuple[str, int, str], Compiled]] = {}
    _noticed: ClassVar[dict[tuple[str, ...], Mapping[int, Calendar]]] = {}

    def reload(self) -> None:
        with self._database.reading() as connection:
            query = text("SELECT id, workflow, sha256 FROM definition ORDER BY version")
            rows = connection.execute(query).all()
            bodies = connection.execute(text("SELECT body FROM calendar_notice ORDER BY version"))
            notices = tuple(bodies.scalars())
            if notices not in self._noticed:
                self._noticed[notices] = read_calendars(connection)
        self._texts = {row.id: (row.workflow, row.id, row.sha256) for row in rows}
        self._newest = {row.workflow: row.id for row in rows}
        self._calendars = dict(self._noticed[notices])

    def version(self, definition: int) -> Compiled:
        key = self._texts[definition]
        if key not in self._parsed:
            self._parsed[key] = super().version(definition)
        return self._parsed[key]
