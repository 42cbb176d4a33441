"""Lots that anybody can draw again: fair, without repeats, and the same in every language."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.engine.errors import ConditionNotMet
from workflow.engine.sampling import Pool, Stratum, draw, drawn
from workflow.engine.visiting import Sample

SEED = "00112233445566778899aabbccddeeff"


def sample(size: int, **sizes: int) -> Sample:
    given = {"from": ["township"], "below": "inspected", "size": size, "sizes": sizes}
    return Sample.model_validate(given)


def pool(seed: str, **strata: dict[int, int]) -> Pool:
    units = {unit for stratum in strata.values() for unit in stratum}
    places = {unit: (f"c{unit}", f"n{unit}") for unit in units}
    return Pool(seed, tuple(Stratum(name, one) for name, one in strata.items()), places)


def test_the_lots_of_a_seed_are_those_of_the_documentation() -> None:
    """As `printf "SEED town:3" | sha256sum` says it: no generator of a language takes part."""
    lots = {unit: hashlib.sha256(f"{SEED} town:{unit}".encode()).hexdigest() for unit in range(9)}
    wanted = sorted(lots, key=lots.__getitem__)[:4]
    assert wanted == [0, 7, 4, 5]
    taken = drawn(pool(SEED, town=dict.fromkeys(range(9), 0)), sample(4))
    assert [unit for _, unit in taken] == wanted


def test_a_value_names_unit_code_name_and_stratum() -> None:
    rows = draw(pool(SEED, town={7: 0}, village={8: 0, 9: 0}), sample(1, village=2))
    assert rows[0] == {"unit": 7, "code": "c7", "name": "n7", "stratum": "town"}
    assert [row["stratum"] for row in rows] == ["town", "village", "village"]


def test_a_kind_has_its_own_number_by_its_name_of_today_and_of_earlier_draws() -> None:
    one = sample(1, village=2)
    assert [one.size_of(name) for name in ("乡镇", "township", "村", "village")] == [1, 1, 2, 2]


def test_nobody_can_be_drawn_from_nobody() -> None:
    for empty in (pool(SEED), pool(SEED, town={})):
        with pytest.raises(ConditionNotMet, match="没有可以抽取的单位"):
            draw(empty, sample(2))


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.integers(1, 12), st.integers(1, 5))
def test_rounds_exhaust_a_stratum_before_anybody_is_drawn_again(
    seed: str, members: int, size: int
) -> None:
    """However many rounds: nobody is ever two rounds ahead of another."""
    times = Counter(dict.fromkeys(range(members), 0))
    for at in range(8):
        taken = [unit for _, unit in drawn(pool(f"{seed}{at}", one=dict(times)), sample(size))]
        assert len(taken) == len(set(taken)) == min(size, members)
        times.update(taken)
        assert max(times.values()) - min(times.values()) <= 1


def test_every_unit_has_the_same_chance() -> None:
    """Of 2,000 seeds each of ten units gets its tenth, give or take four standard deviations."""
    members = dict.fromkeys(range(10), 0)
    got = Counter(
        unit for at in range(2000) for _, unit in drawn(pool(f"{at:032x}", one=members), sample(1))
    )
    assert all(abs(got[unit] - 200) < 4 * (2000 * 0.1 * 0.9) ** 0.5 for unit in members)
