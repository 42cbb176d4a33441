"""抽样记录: what was drawn from, under which seed, whom the lots took; and the same drawn again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.presenting.wording import Names, to_the_minute
from workflow.engine.definition import Definition
from workflow.engine.kinds import place_in_words
from workflow.engine.sampling import lot_of
from workflow.lots import Record


@dataclass(frozen=True, slots=True)
class Lot:
    """One unit that could be drawn, in the order of the lots; `earlier` are rounds before."""

    id: int
    name: str
    earlier: int
    lot: str
    taken: bool


@dataclass(frozen=True, slots=True)
class StratumView:
    """One stratum: how many were wanted, who was drawn, and everybody's lot.

    `label` is what stands for it in the text of a lot, where that is not its title.
    """

    title: str
    label: str
    size: int
    taken: str
    lots: tuple[Lot, ...]


@dataclass(frozen=True, slots=True)
class DrawView:
    """One draw; `same` says whether drawing again took the same."""

    title: str
    who: str
    when: str
    seed: str
    same: bool
    strata: tuple[StratumView, ...]


@dataclass(frozen=True, slots=True)
class DrawsPage:
    """All draws of a case."""

    case: str
    number: str
    draws: tuple[DrawView, ...]


def draw_view(definition: Definition, record: Record, names: Names) -> DrawView:
    """One draw in words."""
    who = names.person(record.person) if record.person is not None else ""
    unit = names.unit(record.unit, record.at) if record.unit is not None else ""
    return DrawView(
        title=definition.facts[record.fact].title,
        who=f"{unit} {who}".strip(),
        when=to_the_minute(record.at),
        seed=record.pool.seed,
        same=record.same,
        strata=tuple(_strata(record, names)),
    )


def _strata(record: Record, names: Names) -> Iterator[StratumView]:
    taken = {row["unit"] for row in record.taken}
    for stratum in record.pool.strata:
        lots = sorted(_lots(record.pool.seed, stratum.name, stratum.units, taken, names))
        title = _title(record, stratum.name)
        yield StratumView(
            title=title,
            label="" if title == stratum.name else stratum.name,
            size=record.sample.size_of(stratum.name),
            taken="、".join(one.name for _, _, one in lots if one.taken),
            lots=tuple(one for _, _, one in lots),
        )


def _lots(
    seed: str, stratum: str, units: Mapping[int, int], taken: set[int], names: Names
) -> Iterator[tuple[int, str, Lot]]:
    for unit, earlier in units.items():
        own = lot_of(seed, stratum, unit)
        yield earlier, own, Lot(unit, names.unit(unit), earlier, own, unit in taken)


def _title(record: Record, stratum: str) -> str:
    if record.sample.strata == "kind":
        return place_in_words(stratum)
    return stratum or "未分类"
