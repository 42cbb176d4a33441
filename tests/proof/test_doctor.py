"""Doctor on a database that was lived in: clean, with figures that add up; it changes nothing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import workflow.doctor
from api.cli.figures import report_lines
from tests.proof.life import Life
from workflow.doctor import CHECKS, Complaint, Report, examine
from workflow.doctor.ward import Ward, side_by_side
from workflow.engine.definition import Definition
from workflow.store.tables import metadata


def counts(life: Life, table: str, *columns: str) -> Counter[str]:
    """How many rows a table has, by columns, counted independently of doctor."""
    found = metadata.tables[table]
    wanted = [found.c[column] for column in columns]
    query = select(*wanted, func.count()).select_from(found).group_by(*wanted)
    with life.story.database.reading() as connection:
        return Counter({" ".join(row[:-1]): row[-1] for row in connection.execute(query)})


def examined(life: Life) -> Report:
    story = life.story
    return examine(story.database, story.catalog, story.now)


def test_a_lived_in_database_is_clean(life: Life) -> None:
    report = examined(life)
    assert report.clean, report.complaints


def test_its_figures_add_up(life: Life) -> None:
    figures = examined(life).figures
    assert figures["cases"] == counts(life, "cases").total()
    rows = counts(life, "history") + counts(life, "archived_history")
    assert figures["history rows"] == rows.total()
    timers = counts(life, "timer", "status") + counts(life, "archived_timer", "status")
    for status, count in timers.items():
        assert figures[f"timers {status}"] == count
    for kind, count in counts(life, "outbox", "way", "status").items():
        assert figures[f"messages {kind}"] == count
    print(f"figure: history rows replayed by doctor = {figures['history rows']}")


def test_a_lived_in_database_has_something_of_everything(life: Life) -> None:
    """Else its cleanness would say little."""
    figures = examined(life).figures
    for what in ("timers fired", "timers collapsed", "timers cancelled", "timers waiting"):
        assert figures[what] > 0, what
    for what in ("email sent", "email folded", "email waiting", "sms sent"):
        assert figures[f"messages {what}"] > 0, what
    assert figures["sign-offs in force"] >= 4
    definitions: dict[str, Definition] = {
        name: compiled.definition for name, compiled in life.story.catalog.workflows().items()
    }
    lived = set(counts(life, "cases", "workflow"))
    assert len(lived) >= len(definitions) - 2, definitions.keys() - lived


def test_nothing_is_changed_by_looking(life: Life) -> None:
    before = examined(life)
    assert examined(life) == before
    assert before.root == life.root


class Alive(dict[str, Any]):
    """A row that is counted for as long as somebody has it in hand."""

    now = most = total = 0

    def __init__(self, row: Mapping[Any, Any]) -> None:
        super().__init__(row)
        Alive.total += 1
        Alive.now += 1
        Alive.most = max(Alive.most, Alive.now)

    def __del__(self) -> None:
        Alive.now -= 1


def test_it_goes_case_by_case_however_many_there_are(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prefecture's ten years do not fit into a memory."""
    proper = Ward.rows

    def rows(self: Ward, query: Any) -> Iterator[dict[str, Any]]:
        yield from map(Alive, proper(self, query))

    monkeypatch.setattr(Ward, "rows", rows)
    Alive.now = Alive.most = Alive.total = 0
    figures = examined(life).figures
    assert Alive.total > 2 * figures["history rows"]
    assert Alive.most < Alive.total / 10
    print(f"figure: rows in doctor's hand at once, of {Alive.total} = {Alive.most}")


def test_what_is_due_and_was_not_swept_is_a_complaint(life: Life) -> None:
    story = life.story
    later = story.now.replace(year=story.now.year + 1)
    complaints = examine(story.database, story.catalog, later).complaints
    assert {complaint.check for complaint in complaints} == {"timers"}


def test_every_check_says_what_it_does() -> None:
    assert all(check.__doc__ for check in CHECKS)


def test_whatever_it_says_is_said_in_chinese(life: Life) -> None:
    folder = Path(workflow.doctor.__file__).parent
    code = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    checks = re.findall(r'Complaint\(\s*"([a-z-]+)"', code)
    assert {"cases", "integrity", "names", "timers"} <= {*checks}
    counted = re.findall(r'figures\["([^"]+)"\]', code)
    figures = examined(life).figures + Counter(counted)
    report = Report([Complaint(check, "-", "") for check in checks], figures)
    lines = report_lines(report, with_root=False)
    assert len(lines) > len(counted)
    assert [line for line in lines if re.search("[A-Za-z]", line)] == []


def test_what_tables_have_of_a_case_stands_side_by_side() -> None:
    def of(*cases: int) -> Iterator[dict[str, Any]]:
        return ({"case_id": case, "n": n} for n, case in enumerate(cases))

    found = [
        (case, *([row["n"] for row in rows] for rows in tables))
        for case, tables in side_by_side(of(1, 1, 3), of(2, 3, 3, 4), of())
    ]
    assert found == [(1, [0, 1], [], []), (2, [], [0], []), (3, [2], [1, 2], []), (4, [], [3], [])]
