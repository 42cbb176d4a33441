"""The bytes of an attachment, changed on the disk: the history row that accepted them is named, by
the stand-alone program on a dump and the folder; doctor sees it on the live database.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.proof.story import Story
from workflow.doctor import examine
from workflow.doctor import verify_files as verify_files_py
from workflow.doctor.verify_files import Lost, verify_files
from workflow.store.casework import attachments
from workflow.store.casework.files import Files
from workflow.store.evidence.dump import dump
from workflow.store.plain import dumps

pytestmark = pytest.mark.tamper

TRIALS = 24
PHOTOGRAPHS = 8


def another_picture(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(500))


def one_byte(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(500)])


def gone(path: Path, chance: random.Random) -> None:
    path.unlink()


DEEDS: tuple[Callable[[Path, random.Random], None], ...] = (another_picture, one_byte, cut, gone)


@pytest.fixture
def photographed(open_house: Story, tmp_path: Path) -> dict[int, Path]:
    """Cases with a photograph each: the bytes on the disk by the case."""
    files, chance = Files(tmp_path / "files"), random.Random(1)
    found = {}
    for number in range(PHOTOGRAPHS):
        content = chance.randbytes(500)
        sha256 = files.put(content, open_house.now)
        with open_house.database.unit_of_work() as connection:
            photo = attachments.add(
                connection,
                person=open_house.people["zhou-dc.specialist1"],
                name=f"{number}.jpg",
                sha256=sha256,
                size=len(content),
                mime=attachments.PHOTO,
                now=open_house.now,
            )
        found[open_house.open_at("registered", photos_before=[photo.id])] = files.path(sha256)
    return found


def test_whatever_is_done_to_the_bytes_the_row_that_accepted_them_is_named(
    open_house: Story, photographed: dict[int, Path], tmp_path: Path, seed: int
) -> None:
    chance, files = random.Random(seed), Files(tmp_path / "files")
    lines = _lines(open_house)
    for trial in range(TRIALS):
        case = chance.choice(sorted(photographed))
        path = photographed[case]
        whole = path.read_bytes()
        DEEDS[trial % len(DEEDS)](path, chance)
        lost = _lost(lines, files.folder, photographed)
        report = examine(open_house.database, open_house.catalog, open_house.now, files)
        path.write_bytes(whole)
        assert [(one.case, one.row) for one in lost] == [(case, 1)], f"trial {trial}"
        sha256 = path.parent.name + path.name
        assert sha256[:12] in str(report.complaints), f"trial {trial}"
    assert _lost(lines, files.folder, photographed) == []
    dialect = open_house.database.engine.dialect.name
    print(f"figure: swapped attachments named by the row on {dialect} = {TRIALS}")


def _lines(story: Story) -> list[dict[str, object]]:
    with story.database.reading() as connection:
        return [json.loads(dumps(line)) for line in dump(connection)]


def _lost(
    lines: list[dict[str, object]], folder: Path, photographed: Collection[int]
) -> list[Lost]:
    """But of the life before, which has no folder."""
    return [one for one in verify_files(lines, folder) if one.case in photographed]


def test_the_program_needs_nothing_but_python(
    open_house: Story, photographed: dict[int, Path], tmp_path: Path
) -> None:
    written = tmp_path / "dump.jsonl"
    written.write_text("".join(f"{dumps(one)}\n" for one in _lines(open_house)), encoding="utf-8")
    case, path = next(iter(photographed.items()))
    path.unlink()
    given = [verify_files_py.__file__, written, tmp_path / "files"]
    run = [sys.executable, "-I", "-S", "-X", "utf8", *(str(one) for one in given)]
    told = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", check=False)
    assert told.returncode == 1, told.stderr
    assert f"✗ 事项 {case} 历史第 1 行：附件“0.jpg”的内容丢失" in told.stdout
