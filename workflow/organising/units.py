"""Units change their names; what was written under the old one still says it."""

from workflow.engine.errors import InvalidInput
from workflow.store.offices import posts
from workflow.store.offices.changes import Change, Work
from workflow.store.offices.units import keep_name


def rename(work: Work, *, unit: int, name: str, short_name: str) -> Change:
    """A unit has another name from now on; raises InvalidInput, NotFound."""
    before = posts.living_unit(work.connection, unit)
    after = {"name": name.strip(), "short_name": short_name.strip()}
    if not all(after.values()):
        raise InvalidInput("请填写单位的名称和简称", {"name": name, "short_name": short_name})
    was = {column: before[column] for column in after}
    if was == after:
        raise InvalidInput("新名称和现在的名称相同，请填写新的名称", {"name": name})
    change = work.begin(f"“{was['short_name']}”更名为“{after['short_name']}”")
    keep_name(work.connection, unit, work.now)
    change.set("unit", unit, was, after)
    return change
