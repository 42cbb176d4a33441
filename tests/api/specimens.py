"""A specimen of a case of any workflow: every party seated in the sample prefecture, every fact
given, texts as long as people write them, so that whoever looks at a paper sees it full.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import Connection, select

from api.context import Duban
from api.inspecting.images import redrawn
from workflow.engine.case import Case, Cycle, Due, Seat, Signature, Stay
from workflow.engine.definition import Column, Definition, Fact
from workflow.engine.errors import Refusal
from workflow.engine.machine import Compiled
from workflow.engine.parties import seat_parties
from workflow.store.casework.codec import case_body
from workflow.store.offices import organisation
from workflow.store.people.accounts import person_by_username
from workflow.store.tables.handles import UNIT
from workflow.uploads import NewFile, upload

_SENTENCE = (
    "经现场查看，村口至二组的路灯共十二盏，其中七盏不亮，三个月来无人修复，群众夜间出行不便；"
    "村里反映已两次上报，没有得到答复。"
)
_SHORT = "高卡村二组"
SHAPES = ((1600, 1200), (900, 1600))
"""Photos as telephones take them, lying and standing."""


@dataclass
class Specimens:
    """Cases of an installation that has the sample prefecture; they are not kept in it."""

    duban: Duban
    connection: Connection
    now: datetime
    photos: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.units: dict[int, str] = {}
        self.names: dict[int, str] = {}
        columns = (UNIT.c.id, UNIT.c.level, UNIT.c.kind, UNIT.c.short_name)
        for id_, level, kind, name in self.connection.execute(select(*columns).order_by(UNIT.c.id)):
            self.names[id_] = name
            self.units[id_] = level if kind == "government" else f"{level} {kind}"
        self.lineages = organisation.read_lineages(self.connection, set(self.units))
        self.person = person_by_username(self.connection, "zhou-dc.specialist1")

    def case(self, compiled: Compiled, state: str, *, nth: int = 1) -> Case:
        """A case of a workflow in a state, with a limit that has a few days to run."""
        definition = compiled.definition
        seats = self._seats(definition)
        opened = self.now - timedelta(days=20 + nth)
        due = Due(self.now + timedelta(days=9 - nth % 20), "", False, opened, "", 0)
        unit = seats[definition.anchor].unit
        return Case(
            id=nth,
            workflow=definition.workflow,
            definition=compiled.version,
            number=f"{definition.title}〔{self.now.year}〕{nth}号",
            unit=unit,
            opened_at=opened,
            stay=Stay(state, opened, due),
            cycle=Cycle(
                counts=dict.fromkeys(definition.counts, 1),
                signed={side: Signature(self.person, unit, 1) for side in definition.sign_offs},
            ),
            seq=9,
            facts={name: self._fact(fact, unit, nth) for name, fact in definition.facts.items()},
            parties=seats,
            marks=tuple(definition.marks)[:2],
        )

    def row(self, case: Case) -> dict[str, Any]:
        """The case as a list reads it."""
        assert case.due is not None
        plain = {
            "id": case.id,
            "number": case.number,
            "workflow": case.workflow,
            "definition_id": case.definition,
            "unit_id": case.unit,
            "state": case.state,
            "opened_at": case.opened_at,
            "due_at": case.due.at,
            "closed_at": None,
        }
        return plain | {"body": json.loads(case_body(case))}

    def _seats(self, definition: Definition) -> Mapping[str, Seat]:
        """The first seats that a definition allows."""
        for named in self._choices(definition):
            try:
                return seat_parties(definition, named, self.lineages)
            except (Refusal, KeyError):
                continue
        raise LookupError(f"nobody can sit in {definition.workflow}")

    def _choices(self, definition: Definition) -> Iterator[dict[str, int]]:
        named = [name for name, party in definition.parties.items() if not party.table]
        for turn in range(len(self.units)):
            chosen: dict[str, int] = {}
            for name in named:
                kinds = definition.parties[name].among or tuple(self.units.values())
                fit = [id_ for id_, kind in self.units.items() if kind in kinds]
                free = [id_ for id_ in fit if id_ not in chosen.values()] or fit
                chosen[name] = free[turn % len(free)]
            yield chosen

    # Facts

    def _fact(self, fact: Fact, unit: int, nth: int) -> Any:
        if fact.type == "photos":
            return self.photos[: fact.at_most or len(self.photos)]
        if fact.type == "documents":
            return [self.photos[0] | {"name": "自查自验报告.pdf"}] if self.photos else []
        if fact.type == "people":
            return [{"person": self.person, "unit": unit}]
        if fact.type == "sample":
            names = ("高卡村", "吴家坪村", "拱桥村")
            return [{"unit": unit, "code": "522301", "name": one} for one in names]
        if fact.type == "table":
            return [
                {name: self._cell(column, row + nth) for name, column in fact.columns.items()}
                for row in range(3)
            ]
        return _plain(fact, nth)

    def _cell(self, column: Column, nth: int) -> Any:
        if column.type != "unit":
            return _plain(column, nth)
        fit = [id_ for id_, kind in self.units.items() if kind in column.among] or [*self.units]
        unit = fit[nth % len(fit)]
        return {"unit": unit, "name": self.names[unit]}


def _plain(fact: Fact | Column, nth: int) -> Any:
    if fact.type == "date":
        return f"2026-{nth % 12 + 1:02}-{nth % 27 + 1:02}"
    if fact.type in ("number", "integer"):
        least, most = getattr(fact, "min", None) or 0, getattr(fact, "max", None)
        wanted = 86.5 if fact.type == "number" else 12
        return min(max(wanted, least), most if most is not None else wanted)
    if fact.type == "yes_no":
        return nth % 2 == 0
    if fact.type == "choice":
        return fact.options[nth % len(fact.options)]
    return _text(fact, nth)


def _text(fact: Fact | Column, nth: int) -> str:
    if not getattr(fact, "lines", False):
        return f"{fact.title}：{_SHORT}" if isinstance(fact, Fact) else _SHORT
    return _SENTENCE * (1 + nth % 3)


def photographs(duban: Duban, person: int, now: datetime) -> list[dict[str, Any]]:
    """Two photos, kept in the folder of files as if somebody had brought them."""
    found = []
    for at, shape in enumerate(SHAPES, start=1):
        image = Image.new("RGB", shape, (120, 150, 170 - 60 * at))
        draw = ImageDraw.Draw(image)
        draw.rectangle((40, 40, shape[0] - 40, shape[1] - 40), outline="white", width=16)
        draw.line((0, 0, *shape), fill="white", width=8)
        content = io.BytesIO()
        image.save(content, "JPEG")
        whole, small = redrawn(content.getvalue())
        new = NewFile(f"现场{at}.jpg", "image/jpeg", whole, small)
        kept = upload(duban.database, duban.files, new, person=person, most=10**9, now=now)
        found.append(kept.reference)
    return found
