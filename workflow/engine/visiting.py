"""Who is visited: how a definition says that places are drawn by lot. `sampling.py` draws."""

from typing import Annotated, Literal

from pydantic import Field

from workflow.engine.model import Model
from workflow.engine.words import Name, Selectors, Text

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
