"""Who is visited: how a definition says that places are drawn by lot, and what a visit is.

`sampling.py` draws, `visits.py` tells the visits of a case.
"""

from typing import Annotated, Literal

from pydantic import Field

from workflow.engine.kinds import place_in_words
from workflow.engine.model import Model
from workflow.engine.words import Name, Names, Selectors, Text, Title

Stratification = Literal["kind", "class", "parent"]
Size = Annotated[int, Field(ge=0, le=200)]


class Sample(Model):
    """How a fact of type `sample` is drawn by lot (抽样): from which units, in which strata."""

    from_: Selectors = Field(alias="from", description="kinds of unit that can be drawn")
    below: Name = Field(description="the party in whose unit, or below it, they lie")
    strata: Stratification = Field(
        "kind", description="units of one kind, of one class of county, or below one unit"
    )
    size: Size = Field(description="how many are drawn from each stratum")
    sizes: dict[Text, Size] = Field({}, description="stratum → how many, where it differs")
    months: Annotated[int, Field(ge=1, le=120)] | None = Field(
        None, description="for so many months nobody is drawn again; absent: for ever"
    )

    def size_of(self, stratum: str) -> int:
        """How many are drawn from a stratum, by the name that it has in the pool.

        A kind of unit stands there in words; draws of earlier releases called it by its selector.
        """
        sizes = self.sizes
        if self.strata == "kind":
            sizes = {place_in_words(kind): size for kind, size in sizes.items()} | sizes
        return sizes.get(stratum, self.size)


class Visit(Model):
    """A visit that cases of this workflow plan: whose people come, to whom, and when."""

    title: Title
    by: Name = Field(description="the party whose people come")
    to: Name = Field(description="the party that is visited")
    sample: Name | None = Field(None, description="the sample of units that are visited too")
    on: Name | None = Field(None, description="the date fact that says on which day")
    in_: Names = Field(
        (), alias="in", description="states in which it is due, on the last day of their limit"
    )
