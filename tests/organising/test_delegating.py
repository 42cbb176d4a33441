"""People name who stands in for them: what is theirs, to a colleague, until a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from tests.prefecture import NOW, Prefecture
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.organising import Organising
from workflow.store.database import Database
from workflow.store.offices.changes import Asked, list_changes
from workflow.store.offices.organisation import actor_of
from workflow.store.offices.posts import held_by, standing_in_at
from workflow.store.tables.handles import AUDIT

HEAD, OFFICER, LIAISON = "xingyi.head", "xingyi.officer", "xingyi.liaison"
FRIDAY = NOW + timedelta(days=4)
_numbers = count(1)


@dataclass
class Office:
    """One database's people, acting for themselves."""

    database: Database
    prefecture: Prefecture

    def id(self, username: str) -> int:
        """A person's id."""
        return self.prefecture.person(username)

    def delegate(
        self,
        asker: str,
        to: str,
        ends: datetime | None = FRIDAY,
        *,
        reason: str = "出差",
        begins: datetime | None = None,
        post: int | None = None,
        now: datetime = NOW,
    ) -> None:
        """Somebody names who stands in for them."""
        period = {"begins": begins, "ends": ends, "post": post}
        asked = self.asked(asker, now)
        Organising(self.database).delegate(asked, person=self.id(to), reason=reason, **period)

    def recall(self, asker: str, holding: int, now: datetime = NOW) -> None:
        """Somebody ends what they named."""
        Organising(self.database).recall(self.asked(asker, now), holding=holding)

    def asked(self, asker: str, now: datetime = NOW) -> Asked:
        """A new request of somebody's."""
        return Asked(f"delegating {next(_numbers)}", now, self.id(asker))

    def acting_for(self, substitute: str, at: datetime) -> list[int | None]:
        """For whom somebody acts at an instant."""
        with self.database.reading() as connection:
            posts = actor_of(connection, self.id(substitute), at).posts
        return [post.holder for post in posts if post.holder is not None]

    def standing_in_for(self, holder: str, at: datetime) -> list[int]:
        """The holdings of who stands in for somebody, from an instant on."""
        with self.database.reading() as connection:
            mine = {one.post for one in held_by(connection, self.id(holder), at)}
            return [one.id for one in standing_in_at(connection, mine, at)]


@pytest.fixture
def office(database: Database, prefecture: Prefecture) -> Office:
    return Office(database, prefecture)


def test_a_colleague_acts_for_the_period_and_the_trail_names_who_ordered_it(office: Office) -> None:
    tomorrow = NOW + timedelta(days=1)
    office.delegate(HEAD, OFFICER, begins=tomorrow)
    moments = (NOW, tomorrow, FRIDAY - timedelta(seconds=1), FRIDAY)
    acting = [bool(office.acting_for(OFFICER, at)) for at in moments]
    assert acting == [False, True, True, False]
    with office.database.reading() as connection:
        change = list_changes(connection, limit=1)[0]
        noted = select(AUDIT.c.person_id).where(AUDIT.c.kind == "substitute")
        assert list(connection.execute(noted).scalars()) == [office.id(HEAD)]
    assert change["person_id"] == office.id(HEAD)
    assert "代理" in change["sentence"]
    assert "出差" not in change["sentence"], "the reason stays with the holding"


def test_who_named_somebody_may_end_it_at_once_or_call_it_off(office: Office) -> None:
    office.delegate(HEAD, OFFICER)
    (now,) = office.standing_in_for(HEAD, NOW)
    later = NOW + timedelta(hours=1)
    office.recall(HEAD, now, later)
    assert office.acting_for(OFFICER, later) == []
    office.delegate(HEAD, OFFICER, begins=FRIDAY, ends=FRIDAY + timedelta(days=1))
    (planned,) = office.standing_in_for(HEAD, later)
    office.recall(HEAD, planned, later)
    assert office.standing_in_for(HEAD, later) == []


def test_what_an_administrator_ordered_only_an_administrator_ends(office: Office) -> None:
    organising = Organising(office.database)
    pair = {"person": office.id(OFFICER), "stands_for": office.id(HEAD)}
    organising.substitute(Asked("ordered", NOW), **pair, reason="停职检查")
    (ordered,) = office.standing_in_for(HEAD, NOW)
    with pytest.raises(NotFound, match="这次代理不是由你指定的"):
        office.recall(HEAD, ordered)
    office.delegate(HEAD, LIAISON)
    named = next(one for one in office.standing_in_for(HEAD, NOW) if one != ordered)
    with pytest.raises(NotFound):
        office.recall(OFFICER, named)


def test_who_stands_in_passes_nothing_on(office: Office) -> None:
    office.delegate(HEAD, OFFICER)
    office.delegate(OFFICER, LIAISON)
    head = office.id(HEAD)
    assert office.acting_for(LIAISON, NOW) == [office.id(OFFICER)]
    assert office.acting_for(OFFICER, NOW) == [head]


Try = Callable[[Office], None]

REFUSED: dict[str, tuple[Try, type[Refusal], str]] = {
    "oneself": (lambda o: o.delegate(HEAD, HEAD), InvalidInput, "不能代理自己"),
    "no end": (lambda o: o.delegate(HEAD, OFFICER, None), InvalidInput, "到哪天为止"),
    "too long": (
        lambda o: o.delegate(HEAD, OFFICER, NOW + timedelta(days=367)), InvalidInput, "至多 366 天"
    ),
    "ended before it begins": (
        lambda o: o.delegate(HEAD, OFFICER, NOW - timedelta(days=1)), InvalidInput, "晚于开始"
    ),
    "no reason": (lambda o: o.delegate(HEAD, OFFICER, reason=" "), InvalidInput, "事由"),
    "another unit's person": (
        lambda o: o.delegate(HEAD, "wangmo.head"), InvalidInput, "只能指定在兴义市任职的人"
    ),
    "another's post": (
        lambda o: o.delegate(HEAD, OFFICER, post=1_000_000), InvalidInput, "自己担任的岗位"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_nobody_gives_what_is_not_theirs(office: Office, name: str) -> None:
    attempt, kind, sentence = REFUSED[name]
    with pytest.raises(kind, match=sentence):
        attempt(office)
    assert office.standing_in_for(HEAD, NOW) == []
