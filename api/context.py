"""Everything a request, a page or a command line needs of this installation, put together once.

There is no global state: who needs something is handed a `Duban`.
"""

from dataclasses import dataclass, field

from api.clock import Clock, system_clock
from api.gatekeeping.tally import Tally
from api.gatekeeping.visits import Visits
from api.sealing_key import sealer_of
from api.settings import Settings
from workflow.assessing import Assessing
from workflow.cadences import NotOpened
from workflow.catalog import Catalog
from workflow.commands import Commands
from workflow.measuring.shelf import Shelf
from workflow.store import schema
from workflow.store.casework.files import Files
from workflow.store.database import Database
from workflow.store.people.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Duban:
    """One installation at work."""

    settings: Settings
    clock: Clock
    database: Database
    catalog: Catalog
    commands: Commands
    shelf: Shelf
    assessing: Assessing
    refusals: Tally = field(default_factory=Tally, compare=False)
    visits: Visits = field(default_factory=Visits, compare=False)
    said: dict[NotOpened, float] = field(default_factory=dict, compare=False)
    """When the log last told what of the calendar's cases could not be opened."""

    @classmethod
    def on(cls, database: Database, settings: Settings, clock: Clock = system_clock) -> "Duban":
        """An installation on an open database whose schema is known to be right."""
        catalog = Catalog(database)
        return cls(
            settings,
            clock,
            database,
            catalog,
            Commands(database, catalog),
            Shelf(database),
            Assessing(database, catalog),
        )

    @property
    def files(self) -> Files:
        """Where the bytes of attachments lie; machines that share a database share this folder."""
        return Files(self.settings.data / "files")

    @property
    def sealer(self) -> Sealer:
        """What seals the secrets of authenticators; raises NoKey where its key is missing."""
        return sealer_of(self.settings.secrets_key, self.database)

    def close(self) -> None:
        """Close every connection."""
        self.database.dispose()


def build(settings: Settings, clock: Clock = system_clock) -> Duban:
    """Open the database of the settings, check its schema and load what is published.

    Raises DatabaseUnusable.
    """
    database = Database(settings.database_url, settings.chain)
    schema.check_current(database)
    return Duban.on(database, settings, clock)
