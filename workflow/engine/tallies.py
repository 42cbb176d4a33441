"""What a workflow counts of other cases (统计): the parts of a definition that say so."""

from typing import Annotated, Literal

from pydantic import Field

from workflow.engine.model import Model
from workflow.engine.words import Name, Names, Texts, Title


class Tally(Model):
    """A number for a unit and all below it: cases counted, or a share of another tally in percent.

    `opened`, `closed` and `arrived` count what happened within the period of the case that asks,
    `open` and `overdue` what is so at the moment. Confidential cases are never counted.
    """

    title: Title
    of: Names = Field(description="the workflows whose cases are counted")
    count: Literal["opened", "closed", "arrived", "open", "overdue"] = Field(
        description="opened, closed or arrived in a state of `at` in the period; open, overdue now"
    )
    at: Names = Field((), description="only cases that stand, or arrived, in one of these states")
    not_at: Names = Field((), description="only cases that stand in none of these states")
    marked: Names = Field((), description="only cases with one of these marks")
    unmarked: Names = Field((), description="only cases with none of these marks")
    per: Name | None = Field(None, description="the tally of which it is the share, in percent")


class Ranking(Model):
    """The units right below the case's, in the order of a tally: rows of a table fact."""

    by: Name = Field(description="the tally that puts them in order")
    order: Literal["highest", "lowest"] = Field(description="which of them come first")
    most: Annotated[int, Field(ge=1, le=50)] = Field(
        50, description="so many of them; those equal to the last one as well"
    )


class Listing(Model):
    """The cases of another workflow, of the same period and about units below the case's: rows of a
    table fact. Confidential cases are never listed.
    """

    of: Name = Field(description="the workflow whose cases are listed")
    at: Names = Field((), description="only cases that stand in one of these states")
    by: Names = Field(description="the columns that put them in order, the first counting most")
    order: dict[Name, Texts] = Field(
        {}, description="for columns of words: the words in the order in which they come"
    )
