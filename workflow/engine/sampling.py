"""Drawing lots so that anybody can draw them again (抽样).

A unit's lot is SHA-256 over the seed, the name of its stratum and its id, written as
`seed stratum:id`; the smallest lots win. Whoever was drawn in fewer earlier rounds goes first: so
nobody is drawn twice before the stratum is exhausted. Nothing else decides, above all no random
generator of a language, whose algorithm may change. docs/sampling.md says it for outsiders.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow.engine.errors import ConditionNotMet
from workflow.engine.lots import lot
from workflow.engine.visiting import Sample


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units that are alike, each with how often it was drawn in earlier rounds."""

    name: str
    units: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Pool:
    """What is drawn from: the seed, made by the system when the draw was asked for, and the strata.

    `places` are code and short name, on that day, of those whose lot it is.
    """

    seed: str
    strata: tuple[Stratum, ...]
    places: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def lot_of(seed: str, stratum: str, unit: int) -> str:
    """The lot of a unit in its stratum."""
    return lot(seed, f"{stratum}:{unit}")


def drawn(pool: Pool, sample: Sample) -> Iterator[tuple[str, int]]:
    """Stratum and unit of those drawn, in the order of their lots."""
    for stratum in pool.strata:
        size = sample.size_of(stratum.name)
        order = sorted(
            stratum.units,
            key=lambda unit: (stratum.units[unit], lot_of(pool.seed, stratum.name, unit)),
        )
        yield from ((stratum.name, unit) for unit in order[:size])


def draw(pool: Pool, sample: Sample) -> list[dict[str, Any]]:
    """The value of the fact that takes the sample; raises ConditionNotMet with nobody to draw."""
    if not (rows := list(drawn(pool, sample))):
        raise ConditionNotMet("没有可以抽取的单位")
    return [
        {"unit": unit, "code": pool.places[unit][0], "name": pool.places[unit][1], "stratum": name}
        for name, unit in rows
    ]
