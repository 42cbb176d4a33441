"""Earlier versions of a ledger, read out of the history: what stood in it before each change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.presenting.values import Value, values_of
from api.presenting.wording import in_full
from workflow.engine.calendar import local_day
from workflow.engine.definition import Definition, Ledger


@dataclass(frozen=True, slots=True)
class Version:
    """What stood in a ledger from one day until the next version: “第 1 版 2026年3月2日起”."""

    title: str
    values: tuple[Value, ...]


def earlier_versions(
    definition: Definition, ledger: Ledger, history: Sequence[Mapping[str, Any]]
) -> tuple[Version, ...]:
    """The versions before the present one, the newest first.

    Changes of one day are one version: a draft that is put right at once replaces nothing.
    """
    standing: dict[str, Any] = {}
    versions: dict[str, dict[str, Any]] = {}
    for row in history:
        given = row["inputs"].get("facts", {})
        changed = {name: given[name] for name in ledger.facts if name in given}
        if any(standing.get(name) != value for name, value in changed.items()):
            standing |= changed
            versions[in_full(local_day(row["at"]))] = dict(standing)
    numbered = list(enumerate(versions.items(), start=1))
    return tuple(
        Version(f"第 {at} 版，{day}起", values_of(definition, ledger.facts, facts))
        for at, (day, facts) in reversed(numbered[:-1])
    )
