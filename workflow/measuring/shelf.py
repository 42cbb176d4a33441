"""The indicators and scorecards in force in a database, read once a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow.engine.errors import NotFound
from workflow.measuring.model import Indicator, Indicators, Scorecard
from workflow.measuring.reading import as_published
from workflow.store.database import Database
from workflow.store.measuring import measures


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts now; `ids` are those of the published texts, by key."""

    lists: Mapping[str, Indicators] = field(default_factory=dict)
    scorecards: Mapping[str, Scorecard] = field(default_factory=dict)
    ids: Mapping[str, int] = field(default_factory=dict)

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by name."""
        return {name: item for one in self.lists.values() for name, item in one.items.items()}

    def indicator(self, name: str) -> Indicator:
        """An indicator by name; raises NotFound."""
        if name not in self.indicators:
            raise NotFound(f"没有“{name[:40]}”这个指标", {"indicator": name[:40]})
        return self.indicators[name]

    def scorecard(self, name: str, year: int) -> Scorecard:
        """The scorecard of a year; raises NotFound."""
        key = f"{name}.{year}"
        if key not in self.scorecards:
            raise NotFound(f"没有 {year} 年的这张计分表", {"scorecard": name[:40], "year": year})
        return self.scorecards[key]


class Shelf:
    """Reads what was published since; shared by all threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[int, Indicators | Scorecard] = {}

    def in_force(self) -> InForce:
        """What counts now, whichever process published it."""
        with self._database.reading() as connection:
            published = measures.newest(connection)
        lists: dict[str, Indicators] = {}
        cards: dict[str, Scorecard] = {}
        for one in published:
            if one.id not in self._read:
                self._read[one.id] = as_published(one.kind, one.body, one.key)
            found = self._read[one.id]
            if isinstance(found, Indicators):
                lists[one.key] = found
            else:
                cards[one.key] = found
        return InForce(lists, cards, {one.key: one.id for one in published})
