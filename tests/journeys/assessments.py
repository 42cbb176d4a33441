"""A year's assessment (实绩考核) of the nine counties, as stories walk it: who keeps what, figures
that are good or poor, and the steps up to approval.
"""

from collections.abc import Iterator, Mapping

from tests.journeys.play import Play
from workflow.assessing import Assessing, Proposal, Sheet, proposals, sheets
from workflow.measuring.model import Scorecard
from workflow.measuring.shelf import InForce, Shelf
from workflow.store.measuring import figures

OFFICE, KEEPER = "zhou-zx.officer", "zhou-dc.specialist1"
LAST, SECOND_LAST = "522328", "522327"
YEAR = 2026


class Round:
    """An assessment of the nine counties, as people see it."""

    def __init__(self, play: Play, year: int = YEAR) -> None:
        self.play, self.year = play, year

    @property
    def in_force(self) -> InForce:
        return Shelf(self.play.database).in_force()

    @property
    def card(self) -> Scorecard:
        return self.in_force.scorecard("rural", self.year)

    @property
    def assessing(self) -> Assessing:
        return Assessing(self.play.database, self.play.catalog)

    def sheet(self, code: str) -> Sheet:
        return {one.unit: one for one in self.sheets()}[self.play.unit(code)]

    def sheets(self) -> tuple[Sheet, ...]:
        with self.play.database.reading() as connection:
            return sheets(connection, self.in_force, self.card)

    def case(self, code: str) -> int:
        found = self.sheet(code).case
        assert found is not None
        return int(found["id"])

    def enter(self, who: str, values: Mapping[str, float | None], *codes: str) -> None:
        """The same figures for some counties, in every period of the year."""
        from workflow.measuring import periods

        kept = self.in_force.indicators
        units = codes or tuple(self.codes())
        entries = [
            figures.Entry(
                name, self.play.unit(code), period, value, "不适用" if value is None else None
            )
            for name, value in values.items()
            for code in units
            for period in periods.of_year(kept[name].every, self.year)
        ]
        digest = f"{who}{sorted(values)}{units}{self.play.now}"
        actor = self.play.actor(who)
        self.assessing.enter(self.in_force, entries, digest, actor, self.play.now)

    def codes(self) -> Iterator[str]:
        yield from (
            "522301", "522302", "522323", "522324", "522325", "522326", "522327", "522328",
            "522300-YL",
        )  # fmt: skip

    def proposed(self, code: str, who: str = OFFICE) -> tuple[Proposal, ...]:
        with self.play.database.reading() as connection:
            actor = self.play.actor(who)
            return proposals(connection, self.card, self.sheet(code), actor)

    def decide(self, who: str, code: str, one: Proposal, points: float | None, why: str) -> None:
        actor, unit = self.play.actor(who), self.play.unit(code)
        self.assessing.decide(self.card, one, unit, points, why, actor, self.play.now)

    def freeze(self, who: str = OFFICE) -> tuple[Sheet, ...]:
        actor = self.play.actor(who)
        return self.assessing.freeze(self.in_force, self.card, actor, self.play.now)


GOOD = {
    "risk_cleared": 100, "income_growth": 8, "villages_over_5": 90, "villages": 100, "grain": 10,
    "grain_task": 10, "toilets": 95, "water_faults": 0, "third_party": 90, "satisfaction": 96,
}  # fmt: skip
JUDGED = {"governance": 85, "responsibility": 90, "visits": 88}
POOR = {"risk_cleared": 70, "income_growth": 1, "villages_over_5": 55, "toilets": 60}


def to_approval(round_: Round, *, but: str = "") -> None:
    """Each county but one is collected, verified and told, and its days to object go by."""
    for code in round_.codes():
        if code == but:
            continue
        case = round_.case(code)
        round_.play.act("zhou-zx.liaison", case, "collected")
        round_.play.act("zhou-zx.liaison", case, "verified", verification="抽查账表，数据属实")
        round_.play.act(OFFICE, case, "feed_back")
    round_.play.until(f"{round_.year}-11-20 01:00")
    assert {round_.play.state(round_.case(code)) for code in round_.codes()} == {"approval"}


def approved(round_: Round) -> None:
    """Whatever waits for approval gets it."""
    for code in round_.codes():
        if round_.play.state(round_.case(code)) == "approval":
            round_.play.act("zhou.head", round_.case(code), "approve")
