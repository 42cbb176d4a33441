"""An organisation of a province, made up from a seed, and how long and how much it takes in."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.machine import Scratch, peak_mb
from bench.report import Table
from workflow.organising import Organising
from workflow.organising.people_list import PersonLine
from workflow.organising.unit_list import UnitLine
from workflow.store import schema
from workflow.store.database import Database
from workflow.store.offices.changes import Asked

SEED = 20260302
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
ROLES = ("head", "officer", "liaison", "specialist")
FULL, QUICK = (50_000, 200_000), (1_000, 4_000)

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"


def units(many: int) -> Iterator[UnitLine]:
    """Units of five levels: each has up to ten right below it, one in five a department."""
    levels = ("province", "prefecture", "county", "township", "village")
    depth = [0]
    for at in range(many):
        parent = (at - 1) // 10 if at else None
        if parent is not None:
            depth.append(depth[parent] + 1)
        level = levels[min(depth[at], 4)]
        kind = "department" if at % 5 == 4 else "government"
        yield UnitLine(
            row=at + 2,
            code=f"U{at:06}",
            name=f"第{at}号单位全称",
            short_name=f"第{at}号单位",
            level=level,
            kind=kind,
            function="office" if kind == "department" else "government",
            parent=f"U{parent:06}" if parent is not None else None,
            reports=kind == "government",
        )


def people(many: int, of_units: int) -> Iterator[PersonLine]:
    """People in turn over the units, with names, numbers and addresses."""
    chance = random.Random(SEED)
    for at in range(many):
        name = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=2))
        role = ROLES[(at // of_units) % len(ROLES)]
        unit = f"U{at % of_units:06}"
        yield PersonLine(
            row=at + 2,
            username=f"person{at:06}",
            name=name,
            phone=f"1{chance.randrange(10**10):010}",
            email=f"person{at:06}@duban.example",
            unit=unit,
            role=role,
            title=role,
        )


def run(scratch: Scratch, sizes: tuple[int, int]) -> list[Table]:
    """Import on both databases, each in a process of its own, whose peak of memory is counted."""
    return [_measured(scratch, kind, sizes) for kind in ("sqlite", "postgres")]


def _measured(scratch: Scratch, kind: str, sizes: tuple[int, int]) -> Table:
    url = scratch.new(kind)
    command = [sys.executable, "-m", "bench.imports", url, *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = [line.split("\t") for line in done.stdout.splitlines()]
    table = Table(f"{sizes[0]:,} units and {sizes[1]:,} people, {kind}", "s or MB")
    table.less_is_better = True
    for name, value in figures:
        table.rounds[name] = [float(value)]
    limits = {"file, plan and rows written": 60.0, "peak memory, MB": 500.0}
    for name, limit in limits.items():
        got = table.rounds[name][0]
        verdict = "reached" if got < limit else "**not reached**"
        table.goals.append(f"{name} < {limit:g}: {got:,.1f}, {verdict}")
    return table


# In the process that is measured


def main(url: str, many_units: int, many_people: int) -> None:
    """Import from CSV, then preview the same files again; a figure a line."""
    from api.spreadsheets.org_lists import people_lines, unit_lines

    database = Database(url)
    of_units, of_people = _unit_file(many_units), _people_file(many_people, many_units)
    child = _peak_of_child(of_people)
    with database.unit_of_work() as connection:
        schema.create(connection)
    organising = Organising(database)
    began = time.perf_counter()
    organising.import_units(Asked("units", NOW), unit_lines(of_units))
    units_done = time.perf_counter()
    report = organising.import_people(Asked("people", NOW), people_lines(of_people))
    done = time.perf_counter()
    assert report.counts["added"] == many_people
    again = organising.preview_units(unit_lines(of_units), NOW)
    more = organising.preview_people(people_lines(of_people), NOW)
    previewed = time.perf_counter()
    assert (again.counts["same"], more.counts["same"]) == (many_units, many_people)
    print(f"file, plan and rows written\t{done - began:.2f}")
    print(f"of that, units\t{units_done - began:.2f}")
    print(f"preview of both files, unchanged\t{previewed - done:.2f}")
    print(f"peak memory, MB\t{peak_mb():.0f}")
    print(f"peak memory of the child that reads the file, MB\t{child:.0f}")


_LOOK = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "api.inspecting", "list"], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _peak_of_child(content: bytes) -> float:
    """MB, asked by a small process: a child counts what its parent had when it was forked."""
    look = subprocess.run([sys.executable, "-c", _LOOK], input=content, capture_output=True)
    return float(look.stdout)


def _unit_file(many: int) -> bytes:
    lines = ["编码,名称,简称,层级,性质,职能,上级编码,报告单位"]
    for one in units(many):
        cells = (one.code, one.name, one.short_name, one.level, one.kind, one.function)
        lines.append(",".join([*cells, one.parent or "", "是" if one.reports else "否"]))
    return "\n".join(lines).encode()


def _people_file(many: int, of_units: int) -> bytes:
    lines = ["登录名,姓名,手机,邮箱,单位编码,岗位,职务"]
    for one in people(many, of_units):
        cells = (one.username, one.name, one.phone or "", one.email or "", one.unit, one.role)
        lines.append(",".join([*cells, one.title]))
    return "\n".join(lines).encode()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
