"""Workflows that chance writes: other names, facts, ledgers and states each time, all sound.

Written as JSON, which is YAML: no name or title in it stands anywhere else.
"""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from workflow.catalog import Catalog
from workflow.folder import SHIPPED

_CHARACTERS = "山川河谷林木石田云雨风雪星月春夏秋冬东西南北青红黄白"
_LETTERS = "bcdfghjklmnpqrstvwxyz"
KINDS: dict[str, dict[str, Any]] = {
    "text": {"min": 2, "max": 40},
    "lines": {"lines": True, "max": 400},
    "choice": {"type": "choice", "options": ["甲", "乙", "丙"]},
    "date": {"type": "date"},
    "number": {"type": "number", "min": 0},
    "integer": {"type": "integer", "min": 1, "max": 99},
    "yes_no": {"type": "yes_no"},
    "table": {"type": "table", "columns": {"item": {"title": "项目"}, "day": {"title": "日子"}}},
    "photos": {"type": "photos"},
    "documents": {"type": "documents"},
}  # fmt: skip


class Chance:
    """A source of names and of choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        """An identifier that no workflow has."""
        return "".join(self.random.choices(_LETTERS, k=9))

    def title(self) -> str:
        """Four characters that mean nothing."""
        return "".join(self.random.choices(_CHARACTERS, k=4))


def generated(seed: int) -> dict[str, Any]:
    """A workflow: one party asks and does, another decides; its states follow one another, each can
    be sent back, and one is public.
    """
    chance = Chance(seed)
    kinds = [*KINDS, *chance.random.choices(["text", "choice", "number"], k=3)]
    chance.random.shuffle(kinds)
    facts = {chance.name(): {"title": chance.title(), **KINDS[kind]} for kind in ["text", *kinds]}
    asker, decider, role = chance.name(), chance.name(), chance.name()
    headline, *others = facts
    facts[headline]["public"] = True
    half = len(others) // 2
    kept = [headline, *others[:half]], others[half:]
    states = _states(chance, asker, decider, others)
    plain = [name for name in others if facts[name].get("type") not in ("photos", "documents")]
    return {
        "workflow": chance.name(),
        "title": chance.title(),
        "basis": chance.title(),
        "headline": headline,
        "anchor": asker,
        "roles": {"liaison": "联络员", "head": "主要负责人"},
        "parties": {
            asker: {"title": chance.title(), "among": ["county"], "public": True},
            decider: {
                "title": chance.title(), "of": asker, "table": {"county": "prefecture.supervision"}
            },
        },
        "facts": facts,
        "ledgers": {
            chance.name(): {"title": chance.title(), "kept_by": asker, "facts": kept[0]},
            chance.name(): {"title": chance.title(), "kept_by": decider, "facts": kept[1]},
        },
        "printed": {
            role: {
                "title": chance.title(),
                "columns": [
                    {"title": "序号", "shows": "row"},
                    {"title": chance.title(), "shows": f"facts.{headline}"},
                ],
            }
        },
        "opening": {
            "state": next(iter(states)),
            "by": f"{asker}.liaison",
            "needs": headline,
            "may": [name for name in plain if name in kept[0]],
        },
        "states": states,
    }  # fmt: skip


def _states(chance: Chance, asker: str, decider: str, facts: list[str]) -> dict[str, Any]:
    names = [chance.name() for _ in range(chance.random.randint(3, 5))]
    half = len(facts) // 2
    of = {asker: facts[:half], decider: facts[half:]}
    states: dict[str, Any] = {}
    for at, (name, following) in enumerate(pairwise(names)):
        turn = (asker, decider)[at % 2]
        may = chance.random.sample(of[turn], 2)
        forward = {"title": chance.title(), "by": f"{turn}.head", "to": following, "may": may}
        events: dict[str, Any] = {chance.name(): forward}
        if at:
            events[chance.name()] = {
                "title": chance.title(), "by": f"{turn}.head", "to": names[at - 1]
            }  # fmt: skip
        limit = f"{at + 2} working days"
        states[name] = {"title": chance.title(), "turn": turn, "limit": limit, "events": events}
    states[names[0]]["public"] = True
    states[names[-1]] = {"title": chance.title(), "final": True}
    return states


def publish_generated(catalog: Catalog, folder: Path, seed: int, now: Any) -> str:
    """Publish a workflow of chance; its name."""
    definition = generated(seed)
    folder.mkdir(exist_ok=True)
    text = json.dumps(definition, ensure_ascii=False, indent=1)
    (folder / f"{definition['workflow']}.yaml").write_text(text, encoding="utf-8")
    assert not (SHIPPED / f"{definition['workflow']}.yaml").exists()
    assert catalog.publish(folder, now) == [definition["workflow"]]
    return str(definition["workflow"])
