"""Taking a change back, as long as nothing has been built upon it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workflow.engine.errors import ConditionNotMet, InvalidInput, NotFound
from workflow.store.offices import reorganised
from workflow.store.offices import undo as store
from workflow.store.offices.changes import Change, Row, What, Work
from workflow.store.offices.units import keep_name, place_below_id

KINDS = (
    "appoint", "end", "substitute", "rename", "merge", "dissolve", "move", "enrol", "reach",
    "import_units", "import_people", "import_deputies",
)  # fmt: skip
"""Changes that can be taken back; an undoing is not."""

_WORDS: Mapping[What, str] = {"unit": "单位", "person": "人员", "post": "岗位", "holding": "任职"}
_BACKWARDS: tuple[What, ...] = ("holding", "post", "person", "unit")
"""In this order rows can go: nothing refers to what goes."""


def undo(work: Work, *, change_id: int) -> Change:
    """Put back what a change touched; raises NotFound, InvalidInput, and ConditionNotMet with what
    was built upon it.
    """
    undone = store.change(work.connection, change_id)
    if undone is None:
        raise NotFound("没有这次变更", {"change": change_id})
    if undone["kind"] not in KINDS:
        raise InvalidInput("这类变更不能撤销，请再作一次变更来更正", {"kind": undone["kind"]})
    if undone["undone"]:
        raise InvalidInput("这次变更已经撤销过了", {"change": change_id})
    if later := store.changed_since(work.connection, change_id):
        raise ConditionNotMet(f"之后又有变更“{later}”，请先撤销它", {"change": change_id})
    items = store.items(work.connection, change_id)
    if store.touches_erased(work.connection, change_id):
        raise ConditionNotMet("这次变更涉及已注销的人员，不能撤销", {"change": change_id})
    _check_unused(work, items)
    _check_not_followed(work, undone, items)
    change = work.begin(f"撤销变更“{undone['sentence']}”", undoes=change_id)
    for item in reversed([one for one in items if not _is_added(one)]):
        _put_back(change, item)
    for what in _BACKWARDS:
        for item in items:
            if _is_added(item) and item["what"] == what:
                store.take_away(work.connection, what, item["first_id"], item["last_id"])
    return change


def _check_not_followed(work: Work, undone: Row, items: Sequence[Row]) -> None:
    """Raise ConditionNotMet when cases have followed a unit into another; moves can be moved back.

    Those that have not followed yet need not.
    """
    gone = [one["first_id"] for one in items if one["what"] == "unit" and _ends(one)]
    reorganised.wait_for_openings(work.connection)
    reorganised.forget(work.connection, undone["id"])
    if gone and reorganised.has_followed(work.connection, gone, undone["at"]):
        sentence = "已有事项随之调整，不能撤销；请再作一次机构调整来更正"
        raise ConditionNotMet(sentence, {"change": undone["id"]})


def _ends(item: Row) -> bool:
    return item["after"] is not None and json.loads(item["after"]).get("until") is not None


def _is_added(item: Mapping[str, Any]) -> bool:
    return item["before"] is None and item["after"] is None


def _check_unused(work: Work, items: Sequence[Row]) -> None:
    for item in items:
        if not _is_added(item):
            continue
        use = store.use_of(work.connection, item["what"], item["first_id"], item["last_id"])
        if use is not None:
            sentence = f"这次新增的{_WORDS[item['what']]}已有{use}，不能撤销"
            raise ConditionNotMet(sentence, {"what": item["what"]})


def _put_back(change: Change, item: Row) -> None:
    before = store.columns(item["what"], json.loads(item["before"]))
    if item["after"] is None:
        store.bring_back(change.connection, item["what"], before)
        return
    after = store.columns(item["what"], json.loads(item["after"]))
    if "parent_id" in before:
        place_below_id(change, item["first_id"], before.pop("parent_id"))
        reorganised.enqueue_below(change.connection, change.id, item["first_id"])
        after.pop("parent_id")
    if "short_name" in before or "name" in before:
        if item["what"] == "unit":
            keep_name(change.connection, item["first_id"], change.now)
    if before:
        change.set(item["what"], item["first_id"], after, before)
