"""What offices do in a story beside cases: they switch periodic work on, enter figures, decide on
points, and freeze the results of a year; each through the door that people use.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from api.demo.cast import Cast
from api.demo.diary import instant_of
from api.demo.stage import Stage
from api.demo.story import Bounds, Figures, Freezing, Points, Story, Switch
from api.spreadsheets.figure_list import HEADS, import_figures
from workflow.assessing import Proposal, Sheet, proposals, sheets
from workflow.cadences import Switching, switch

Deed = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices of one story."""

    stage: Stage
    story: Story
    cast: Cast

    @property
    def _now(self) -> datetime:
        return self.stage.clock.now()

    def deeds(self) -> Iterator[tuple[datetime, Deed]]:
        """What they do at a given time, each with its instant."""
        for asked in self.story.switches:
            yield instant_of(asked.at), partial(self._switch, asked)
        for figures in self.story.figures:
            yield instant_of(figures.at), partial(self._enter, figures)
        for points in self.story.points:
            yield instant_of(points.at), partial(self._decide, points)
        for freezing in self.story.freezings:
            yield instant_of(freezing.at), partial(self._freeze, freezing)

    def _switch(self, asked: Switch) -> None:
        duban = self.stage.duban
        wanted = Switching(
            asked.workflow, asked.every, self.cast.unit(asked.unit), True, asked.because
        )
        actor = self.cast.actor(self.cast.person(asked.by), self._now)
        switch(duban.database, duban.catalog, wanted, actor, self._now)

    # Figures

    def _enter(self, figures: Figures) -> None:
        """One file for each person who keeps figures, as they would upload it."""
        keepers: dict[int, list[str]] = {}
        for code in self.story.pools[figures.units]:
            unit = self.cast.unit(code)
            keepers.setdefault(self.cast.person(figures.by, {"unit": unit}), []).append(code)
        for person, codes in keepers.items():
            someone = self.cast.someone(person, self._now)
            import_figures(self.stage.duban, someone, self._file(figures, codes), commit=True)

    def _file(self, figures: Figures, codes: list[str]) -> bytes:
        text = io.StringIO()
        file = csv.writer(text)
        file.writerow(HEADS)
        for code in codes:
            place = self.cast.place(self.cast.unit(code))
            for name, usual in figures.values.items():
                bounds = figures.but.get(code, {}).get(name, usual)
                seed = f"{self.story.seed}|{name}|{code}|{figures.period}"
                file.writerow((name, place.name, figures.period, _within(bounds, seed), ""))
        return text.getvalue().encode()

    # Marks

    def _decide(self, points: Points) -> None:
        duban = self.stage.duban
        actor = self.cast.actor(self.cast.person(points.by), self._now)
        in_force = duban.shelf.in_force()
        card = in_force.scorecard(points.scorecard, points.year)
        with duban.database.reading() as connection:
            found: list[tuple[Sheet, Proposal]] = [
                (sheet, one)
                for sheet in sheets(connection, in_force, card)
                for one in proposals(connection, card, sheet, actor)
            ]
        for sheet, one in found:
            lot = Random(f"{self.story.seed}|{one.rule}|{one.evidence.number}").randint(1, 100)
            waived = lot <= points.waived
            given, why = (None, points.because) if waived else (one.points, "")
            duban.assessing.decide(card, one, sheet.unit, given, why, actor, self._now)

    def _freeze(self, freezing: Freezing) -> None:
        duban = self.stage.duban
        in_force = duban.shelf.in_force()
        card = in_force.scorecard(freezing.scorecard, freezing.year)
        actor = self.cast.actor(self.cast.person(freezing.by), self._now)
        duban.assessing.freeze(in_force, card, actor, self._now)


def _within(bounds: Bounds, seed: str) -> str:
    """A figure as it stands in the file."""
    least, most = bounds
    if isinstance(least, int) and isinstance(most, int):
        return str(Random(seed).randint(least, most))
    return f"{Random(seed).uniform(least, most):.1f}"
