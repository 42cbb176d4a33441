"""What people may choose about their messages, within what the definition allows.

In the inbox everything stands, whatever is chosen. A kind has a column in the table, and its CHECKs
hold the rest: what is late, a letter, or of a definition that insists cannot be switched off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from workflow.engine.decision import Notice
from workflow.engine.errors import InvalidInput
from workflow.engine.pace import Hours
from workflow.store.driver.upsert import upsert
from workflow.store.tables.handles import PREFERENCE

IN_APP = "in_app"
CHOICES: Mapping[str, tuple[str, ...]] = {
    "task": ("email", "sms", "chat"),
    "reminder": ("email", "sms", "chat"),
    "told": ("email", "sms", "chat", IN_APP),
}
"""The kinds of which the way may be chosen, and the ways; mere news may stay in the inbox."""

BEGINS, ENDS = range(8, 13), range(14, 21)
"""The hours at which somebody's day of messages may begin and end."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose: for a kind the only way, and the hours."""

    only: Mapping[str, str]
    hours: Hours = field(default_factory=Hours)

    def ways(self, notice: Notice, *, insists: bool) -> tuple[str, ...] | None:
        """The ways that may carry a notice; None is as the definition says.

        The definition has the last word where it names the ways itself, insists, or calls the
        notice immediate; and an urgent one goes outside in any case.
        """
        if notice.ways or insists or notice.urgency == "immediate":
            return None
        way = self.only.get(notice.template)
        if way is None or (way == IN_APP and notice.urgency != "digest"):
            return None
        return () if way == IN_APP else (way,)


NONE = Preferences({})
"""What somebody has who chose nothing."""

COLUMNS = tuple(PREFERENCE.c[name] for name in (*CHOICES, "begins", "ends"))
"""What a query joins to read them; `of_row` makes them of a row."""


def of_row(row: Mapping[Any, Any]) -> Preferences:
    """The preferences in a row that has the columns, all NULL where nothing was chosen."""
    if row["begins"] is None:
        return NONE
    only = {kind: row[kind] for kind in CHOICES if row[kind] is not None}
    return Preferences(only, Hours(row["begins"], row["ends"]))


def preferences_of(connection: Connection, person: int) -> Preferences:
    """What somebody chose."""
    query = select(*COLUMNS).where(PREFERENCE.c.person_id == person)
    row = connection.execute(query).mappings().first()
    return NONE if row is None else of_row(row)


def choose(connection: Connection, person: int, wanted: Preferences) -> None:
    """Keep somebody's choice; raises InvalidInput."""
    for kind, way in wanted.only.items():
        if way not in CHOICES.get(kind, ()):
            allowed = list(CHOICES.get(kind, CHOICES))
            found = {"kind": kind[:20], "way": way[:20], "allowed": allowed}
            raise InvalidInput("这类消息不能这样设置，请从列出的方式里选", found)
    begins, ends = wanted.hours.begins, wanted.hours.ends
    if begins not in BEGINS or ends not in ENDS:
        why = f"接收时间应从 {BEGINS[0]} 至 {BEGINS[-1]} 点开始，到 {ENDS[0]} 至 {ENDS[-1]} 点为止"
        raise InvalidInput(why, {"begins": begins, "ends": ends})
    values = {kind: wanted.only.get(kind) for kind in CHOICES} | {"begins": begins, "ends": ends}
    new: Any = upsert(connection, PREFERENCE).values(person_id=person, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=values))
