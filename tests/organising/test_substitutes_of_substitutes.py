"""Who stands in for somebody who stands in acts for the holder, and no longer than they do."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from tests.prefecture import NOW, Prefecture
from workflow.engine.errors import InvalidInput
from workflow.organising import Organising
from workflow.store.database import Database
from workflow.store.offices.changes import Asked, list_changes

HEAD, OFFICER, CLERK = "xingyi.head", "xingyi.officer", "xingyi-bg.officer"
"""陆宇鹏 goes away; 岑国平 stands in, and goes away too; 吴彩芳 stands in for 岑国平."""

Days = tuple[int, int | None]
"""From the beginning of which day on, and until which."""

_numbers = count(1)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def stand_in(database: Database, who: str, whom: str, days: Days, **narrower: str) -> None:
    """An administrator lets somebody stand in."""
    place, (first, last) = Prefecture(database), days
    Organising(database).substitute(
        Asked(f"chain {next(_numbers)}", NOW),
        person=place.person(who),
        stands_for=place.person(whom),
        begins=day(first),
        ends=None if last is None else day(last),
        reason="出差",
        **narrower,
    )


def days_for(database: Database, who: str, whom: str) -> list[int]:
    """On which of the days 1, 3, 5 and 7 somebody acts for somebody."""
    place = Prefecture(database)
    holder = place.person(whom)
    return [
        number
        for number in (1, 3, 5, 7)
        if holder in {post.holder for post in place.actor(who, day(number)).posts}
    ]


@pytest.mark.rights
@pytest.mark.parametrize(
    ("stands_in", "asked", "acts"),
    [
        ((0, None), (0, 8), [1, 3, 5, 7]),
        ((0, 8), (0, 4), [1, 3]),
        ((0, 2), (0, 8), [1]),
        ((0, 2), (0, None), [1]),
        ((4, 6), (0, 8), [5]),
        ((4, 6), (0, 2), []),
    ],
)
def test_a_substitute_passes_on_no_more_days_than_they_have(
    stands_in: Days, asked: Days, acts: list[int], database: Database
) -> None:
    stand_in(database, OFFICER, HEAD, stands_in)
    stand_in(database, CLERK, OFFICER, asked)
    assert days_for(database, CLERK, HEAD) == acts
    until = 8 if asked[1] is None else asked[1]
    assert days_for(database, CLERK, OFFICER) == [one for one in (1, 3, 5, 7) if one < until]


def test_the_sentence_says_for_which_post_it_is_shorter(database: Database) -> None:
    stand_in(database, OFFICER, HEAD, (1, 2))
    stand_in(database, CLERK, OFFICER, (0, 8))
    with database.reading() as connection:
        sentence = list_changes(connection, limit=1)[0]["sentence"]
    own, other = sorted(sentence.partition("的")[2].split("、"), key=len)
    assert sentence.startswith("吴彩芳自2026年3月2日 10:00起至2026年3月10日 10:00止代理岑国平的")
    assert own == "兴义市“分管负责同志”"
    assert other == "兴义市“党政主要负责同志”（自2026年3月3日 10:00起至2026年3月4日 10:00止）"


@pytest.mark.rights
def test_who_is_deputy_and_stands_in_as_well_is_stood_in_for_once(database: Database) -> None:
    """Twice in the books would have to be ended twice."""
    place = Prefecture(database)
    deputy = {"unit": place.unit("522301"), "role": "head", "kind": "deputy"}
    Organising(database).appoint(Asked("deputy", NOW), person=place.person(OFFICER), **deputy)
    stand_in(database, OFFICER, HEAD, (1, 3))
    stand_in(database, CLERK, OFFICER, (0, 8))
    with database.reading() as connection:
        sentence = list_changes(connection, limit=1)[0]["sentence"]
    assert sentence.count("党政主要负责同志") == 1
    assert days_for(database, CLERK, HEAD) == [1, 3, 5, 7]


@pytest.mark.rights
def test_days_that_nobody_has_to_give_are_refused(database: Database) -> None:
    stand_in(database, OFFICER, HEAD, (4, 6))
    with pytest.raises(InvalidInput, match="对方没有这样的岗位可以代理"):
        stand_in(database, CLERK, OFFICER, (0, 2), role="head")
    assert days_for(database, CLERK, HEAD) == []
