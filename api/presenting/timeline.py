"""A case's history as sentences: who, for whom, what, when, with what, and what limit followed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.presenting.values import Value, value_of
from api.presenting.wording import (
    Names,
    in_full,
    machine_readable,
    role_in_words,
    roles_in_words,
    to_the_minute,
)
from workflow.engine.definition import Definition, Fact
from workflow.engine.flow import events_in
from workflow.engine.remaining import due_in_words

SYSTEM, LINKED = "系统", "关联事项"
LONGEST_UNFOLDED = 3
"""So many facts of one step are shown at once; more are folded."""

_BUILT_IN = {
    "open": "发起",
    "hand_over": "转办",
    "take_back": "撤回上一步",
    "recalculate": "按新的放假通知校正期限",
    "reorganise": "机构调整",
    "backfill": "补录",
    "undo_backfill": "撤销补录",
    # which document it was says the row of the history, where it is at hand
    "issue_document": "签发公文",
    "seal_document": "送回盖章件",
    "void_document": "作废公文",
}
_PAPERS = {"issued": ("签发", "公文"), "sealed": ("送回盖章件：", "盖章件")}
"""What was done with a document, and what its file is called."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One row of the history. `kind` is person, clock or case; `more` are further sentences."""

    seq: int
    kind: str
    who: str
    unit: str
    what: str
    when: str
    iso: str
    cycle: str = ""
    state: str = ""
    facts: tuple[Value, ...] = ()
    more: tuple[str, ...] = ()
    limit: str = ""
    why: str = ""

    @property
    def long(self) -> bool:
        """Whether the facts are better folded."""
        return len(self.facts) > LONGEST_UNFOLDED


def timeline_of(
    definition: Definition,
    rows: Sequence[Row],
    names: Names,
    withheld: Collection[str] = (),
    hidden: Collection[str] = (),
) -> tuple[TimelineEntry, ...]:
    """The history, newest first, without the facts `withheld` from the reader and the children
    that are `hidden`.
    """
    cycles, due = len({row["cycle"] for row in rows}) > 1, None
    entries: list[TimelineEntry] = []
    for row in (without_children(one, hidden) for one in rows):
        entries.append(_entry(definition, row, names, withheld, due, several=cycles))
        due = row["effects"].get("due", due)
    return tuple(reversed(entries))


def without_children(row: Row, hidden: Collection[str]) -> Row:
    """A row that does not say it opened children that are hidden from the reader."""
    opened = row["effects"].get("opened", ())
    if not {*opened} & {*hidden}:
        return row
    told = [name for name in opened if name not in hidden]
    return {**row, "effects": {**row["effects"], "opened": told}}


def _entry(
    definition: Definition,
    row: Row,
    names: Names,
    withheld: Collection[str],
    before: list[str] | None,
    *,
    several: bool,
) -> TimelineEntry:
    """A row, `before` which there was this limit: one that stayed is no news."""
    due = row["effects"].get("due")
    moved = row["from_state"] != row["to_state"]
    stayed = not moved and due == before
    limit = _limit(due, named=moved) if due and not stayed else ""
    return TimelineEntry(
        seq=row["seq"],
        kind=row["actor"],
        who=_who(row, names),
        unit=names.unit(row["unit_id"], row["at"]) if row["unit_id"] else "",
        what=what_happened(definition, row),
        when=to_the_minute(row["at"]),
        iso=machine_readable(row["at"]),
        cycle=f"第 {row['cycle']} 轮" if several else "",
        state=_state(definition, row["to_state"]) if moved else "",
        facts=_facts(definition, row, withheld),
        more=(*_emptied(definition, row, withheld), *_more(definition, row, names)),
        limit=limit,
        why=due[1] if due else "",
    )


def _who(row: Row, names: Names) -> str:
    if row["actor"] == "clock":
        return SYSTEM
    if row["actor"] == "case":
        return LINKED
    name = names.person(row["person_id"])
    return f"{name}（代 {names.person(row['holder_id'])}）" if row["holder_id"] else name


def what_happened(definition: Definition, row: Row) -> str:
    """What one history row did, as its button says it."""
    event = row["event"]
    if event == "rung":
        rung = _rung(definition, row["inputs"])
        return f"提醒（{rung.at.in_words()}）" if rung else "提醒"
    for key, (verb, _) in _PAPERS.items():
        if given := row["inputs"].get(key):
            paper = definition.documents.get(given["document"])
            return f"{verb}{paper.title if paper else '公文'} {given['number'] or ''}".strip()
    if voided := row["inputs"].get("voided"):
        return f"作废{voided['number']}"
    if event in _BUILT_IN:
        return _BUILT_IN[event]
    declared = dict(events_in(definition, row["from_state"])).get(event)
    return declared.title if declared else "办理"


def _rung(definition: Definition, inputs: Row) -> Any:
    ladder = definition.ladders.get(inputs.get("ladder", ""), ())
    at = inputs.get("rung", -1)
    return ladder[at] if 0 <= at < len(ladder) else None


def _state(definition: Definition, name: str) -> str:
    return definition.states[name].title if name in definition.states else ""


def _facts(definition: Definition, row: Row, withheld: Collection[str]) -> tuple[Value, ...]:
    facts = {**row["inputs"].get("facts", {}), **row["effects"].get("drawn", {})}
    case_id = row["case_id"]
    for key, (_, title) in _PAPERS.items():
        if paper := row["inputs"].get(key):
            file = Fact(title=title, type="documents")
            return (value_of(file, [paper["file"]], case_id),)
    return tuple(
        value_of(fact, facts[name], case_id)
        for name, fact in definition.facts.items()
        if name in facts and name not in withheld
    )


def _emptied(definition: Definition, row: Row, withheld: Collection[str]) -> Iterator[str]:
    names = [name for name in row["inputs"].get("emptied", ()) if name not in withheld]
    if titles := [definition.facts[name].title for name in names if name in definition.facts]:
        yield f"清空：{'、'.join(titles)}"


def _more(definition: Definition, row: Row, names: Names) -> Iterator[str]:
    effects, inputs = row["effects"], row["inputs"]
    if effects.get("partial"):
        yield "会签：还须另一人办理"
    if effects.get("signed") in definition.sign_offs:
        yield f"签字：{definition.sign_offs[effects['signed']].title}"
    if voided := [side for side in effects.get("voided", ()) if side in definition.sign_offs]:
        yield f"失效：{'、'.join(definition.sign_offs[side].title for side in voided)}"
    if "unit" in inputs:
        yield f"改派给：{names.unit(inputs['unit'], row['at'])}"
    for party, (was, now) in effects.get("moved", {}).items():
        former = names.unit_with_fate(was)
        yield f"{definition.parties[party].title}：原{former}，现为{names.unit(now, row['at'])}"
    if "person" in inputs:
        yield f"转办给：{names.person(inputs['person'])}"
    if opened := effects.get("opened"):
        yield f"提起：{'、'.join(dict.fromkeys(_child(definition, one, names) for one in opened))}"
    if "voided" in inputs:
        yield f"理由：{inputs['voided']['reason']}"
    if "past" in inputs:
        yield from _past(definition, inputs["past"])
    yield from _told(definition, row)


def _past(definition: Definition, past: Row) -> Iterator[str]:
    """What was stated of a case that began before it was entered, and where it was taken from."""
    yield f"取自《{past['file']}》第 {past['row']} 行"
    opened, entered = (in_full(date.fromisoformat(past[k])) for k in ("opened_on", "entered_on"))
    yield f"据原台账：{opened}登记，{entered}起处于“{_state(definition, past['state'])}”"
    for side, stated in past["signed"].items():
        yield f"{definition.sign_offs[side].title}（补录，不是签字）：{in_words_of(stated)}"


def in_words_of(stated: Sequence[str]) -> str:
    """A sign-off of before, as it was stated: who, of where, when; a dash for what nobody says."""
    person, unit, day = stated
    said = [unit, person, in_full(date.fromisoformat(day)) if day else ""]
    return " ".join(one for one in said if one) or "原台账未载明"


def _told(definition: Definition, row: Row) -> Iterator[str]:
    if row["event"] == "rung" and (rung := _rung(definition, row["inputs"])) and rung.tell:
        state = definition.states.get(row["from_state"])
        yield f"通知：{roles_in_words(definition, rung.tell, state)}"
    elif row["effects"].get("told"):
        told = dict(events_in(definition, row["from_state"])).get(row["event"])
        arrived = definition.states.get(row["to_state"])
        roles = [role_in_words(definition, role, arrived) for role in (told.tell if told else ())]
        if row["from_state"] != row["to_state"] and arrived:
            roles += [role_in_words(definition, role, arrived) for role in arrived.tell]
        if roles:
            yield f"通知：{'、'.join(dict.fromkeys(roles))}"


def _child(definition: Definition, name: str, names: Names) -> str:
    child = definition.children.get(name)
    return names.workflow(child.workflow) if child else names.workflow(name)


def _limit(due: list[str], *, named: bool) -> str:
    return f"{'期限' if named else '新期限'}：{due_in_words(datetime.fromisoformat(due[0]))}"
