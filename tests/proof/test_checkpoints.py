"""Whoever has the database may make every chain anew: held against a checkpoint that was exported
before, the first row that is not what it was is named, by doctor on the live database and by the
stand-alone program on a dump.
"""

import importlib.util
import json
import random
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection

import workflow.doctor
from tests.proof.deeds import DEEDS, Bad, Deed, hand_a_post, rebuild
from tests.proof.intruder import Intruder, leave_unguarded
from tests.proof.story import Story
from workflow.doctor.against import compare
from workflow.store.evidence import audit, checkpoints, history
from workflow.store.evidence.audit import Act
from workflow.store.evidence.chain import ALGORITHMS, START, hash_values
from workflow.store.evidence.dump import dump
from workflow.store.plain import dumps

pytestmark = pytest.mark.tamper

PROGRAM = Path(workflow.doctor.__file__).parent / "verify.py"
TRIALS = 100
"""On each of the two databases."""
KEY = b"kept in a safe"


@dataclass(frozen=True)
class Watched:
    """A database without guards, and what was exported of it while it was whole."""

    story: Story
    exported: tuple[dict[str, Any], ...]


@pytest.fixture(scope="module")
def watched(open_house: Story) -> Watched:
    """Two checkpoints, the second going on from the first, and life goes on after both."""
    exported: list[Any] = []
    for _ in range(2):
        open_house.open_at("assigned", due="2026-12-31")
        with open_house.database.unit_of_work() as connection:
            for person in range(1, 12):
                audit.record(connection, Act("sign_in", person), open_house.now)
            whole = not exported  # the life before has checkpoints of its own
            made = checkpoints.export(connection, open_house.now, whole=whole, key=KEY)
        exported.append(json.loads(made.text))
    return Watched(open_house, tuple(exported))


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """The stand-alone program, loaded from its file as a stranger would."""
    spec = importlib.util.spec_from_file_location("verify_of_an_auditor", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def after(watched: Watched) -> Iterator[Callable[[Deed, random.Random], tuple[Connection, Bad]]]:
    """Do a deed and look at what it left; the next deed, or the end, undoes it."""
    with watched.story.database.reading() as connection:

        def act(deed: Deed, chance: random.Random) -> tuple[Connection, Bad]:
            connection.rollback()
            leave_unguarded(connection)
            return connection, deed(Intruder(connection, chance))

        yield act
        connection.rollback()


def test_every_deed_is_found_and_the_first_bad_row_named(
    watched: Watched, program: ModuleType, after: Any, seed: int
) -> None:
    chance = random.Random(seed)
    unseen: Counter[str] = Counter()
    for trial in range(TRIALS):
        deed = DEEDS[trial % len(DEEDS)]
        connection, bad = after(deed, chance)
        lines = [json.loads(dumps(line)) for line in dump(connection)]
        by_program, _ = program.verify(lines, watched.exported, KEY)
        by_doctor = compare(connection, watched.exported, KEY)
        if not bad.is_named_first_by(by_program) or not bad.is_named_first_by(by_doctor):
            unseen[deed.__name__] += 1
    assert not unseen
    dialect = watched.story.database.engine.dialect.name
    print(f"figure: tamperings named by the row on {dialect} = {TRIALS}")


def test_what_nobody_touched_agrees_while_life_goes_on(watched: Watched) -> None:
    with watched.story.database.reading() as connection:
        assert compare(connection, watched.exported, KEY) == []
    watched.story.open_at("rectifying", due="2026-12-31")
    with watched.story.database.unit_of_work() as connection:
        audit.record(connection, Act("sign_in", 5), watched.story.now)
        assert compare(connection, watched.exported, KEY) == []


def test_a_change_that_the_log_tells_is_no_complaint(watched: Watched, after: Any) -> None:
    connection, bad = after(hand_a_post, random.Random(1))
    audit.record(connection, Act("holding", 1, ("holding", bad.row)), watched.story.now)
    assert compare(connection, watched.exported, KEY) == []


def test_the_program_needs_nothing_but_python(watched: Watched, tmp_path: Path, after: Any) -> None:
    connection, bad = after(rebuild, random.Random(1))
    lines = tmp_path / "dump.jsonl"
    lines.write_text("".join(f"{dumps(line)}\n" for line in dump(connection)), encoding="utf-8")
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for one in watched.exported:
        (folder / f"{one['number']}.json").write_text(json.dumps(one), encoding="utf-8")
    (tmp_path / "key").write_bytes(KEY)
    given = [PROGRAM, lines, folder, "--key", tmp_path / "key"]
    run = [sys.executable, "-I", "-S", "-X", "utf8", *(str(one) for one in given)]
    told = subprocess.run(run, capture_output=True, text=True, encoding="utf-8", check=False)
    assert told.returncode == 1, told.stderr
    assert f"✗ {bad.where}第 {bad.row} 行：" in told.stdout


def forged(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A checkpoint that says something else, sealed anew without the key."""
    body = {name: value for name, value in one.items() if name not in ("hash", "code")}
    return checkpoints.seal(body | changes, None)


def test_a_forged_checkpoint_is_refused(watched: Watched) -> None:
    first, second = watched.exported
    wrong = {
        "内容被改动过": [first, second | {"cases": 3}],
        "密钥校验不符": [first, forged(second)],
        f"不接第 {first['number']} 号": [first, forged(second, previous=START)],
        "缺少它之前的校验点，请一并提供": [second],
        "与各行的标记不符": [first, forged(second, root=START)],
    }
    for sentence, given in wrong.items():
        key = KEY if sentence == "密钥校验不符" else None
        with watched.story.database.reading() as connection:
            findings = compare(connection, given, key)
        assert sentence in [one.wrong for one in findings]


def test_the_program_hashes_as_the_database_does(program: ModuleType) -> None:
    assert program.HASHED == {"history": history.HASHED, "audit": audit.HASHED}
    assert (program.ALGORITHMS, program.START, program.MARK) == (
        ALGORITHMS,
        START,
        checkpoints.MARK,
    )
    values = ['问题〔2026〕\u2028\x7f\x01"\\/🙂', 1, None, True, {"乙": 1, "甲": [2.5, -0.0]}, ""]
    for algorithm in ALGORITHMS:
        assert program.hash_values(algorithm, values) == hash_values(algorithm, values)


# How much it takes to verify a million cases


def many(cases: int, rows: int) -> tuple[dict[str, Any], Callable[[], Iterator[dict[str, Any]]]]:
    """A checkpoint of so many cases, and a dump of them, which comes line by line."""

    def chains() -> Iterator[tuple[int, list[dict[str, Any]]]]:
        blank = dict.fromkeys(history.HASHED, "x") | {"alg": "sha256"}
        for case in range(1, cases + 1):
            chain, prev = list[dict[str, Any]](), START
            for seq in range(1, rows + 1):
                row = blank | {"case_id": case, "seq": seq, "prev": prev, "at": "2026-03-02"}
                prev = hash_values("sha256", [row[name] for name in (*history.HASHED, "at")])
                chain.append(row | {"row": "history", "hash": prev})
            yield case, chain

    def lines() -> Iterator[dict[str, Any]]:
        for case in range(1, cases + 1):
            number = f"问题整改〔2026〕{case}号"
            yield {"row": "case", "id": case, "number": number, "seq": rows, "head": heads[case]}
        for _, chain in chains():
            yield from chain
        yield {"row": "checkpoint", "number": 1, "hash": checkpoint["hash"]}

    new, heads = dict[str, Any](), dict[int, str]()
    for case, chain in chains():
        heads[case] = chain[-1]["hash"]
        marks = "".join(row["hash"][: checkpoints.MARK] for row in chain)
        new[str(case)] = [1, marks, heads[case]]
    body: dict[str, Any] = {"number": 1, "at": "2026-03-02T02:00:00+00:00", "alg": "sha256"}
    body |= {"whole": True, "previous": START, "strands": {}, "kept": {}}
    body |= {"new": {"history": new, "audit": {}, "kept": {}}}
    known = [(case, rows, head) for case, head in heads.items()]
    body["root"] = checkpoints.root_of("sha256", known, [], {})
    checkpoint = checkpoints.seal(body, None)
    return checkpoint, lines


def test_a_million_cases_fit_into_a_small_machine(program: ModuleType) -> None:
    cases = 2000
    checkpoint, lines = many(cases, rows=8)
    tracemalloc.start()
    findings, figures = program.verify(lines(), [checkpoint])
    a_case = tracemalloc.get_traced_memory()[1] / cases
    tracemalloc.stop()
    assert (findings, figures["history"]) == ([], 8 * cases)
    assert a_case < 1500
    print(f"figure: bytes a case while a dump is verified = {a_case:.0f}")


def test_no_case_is_looked_at_for_each_of_the_others(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a million would take hours."""
    looks = Counter[str]()

    class Looked(dict[int, Any]):
        def __iter__(self) -> Iterator[int]:
            looks["all"] += 1
            return super().__iter__()

    proper = program.Known
    monkeypatch.setattr(program, "Known", lambda: proper(history=Looked()))
    checkpoint, lines = many(50, rows=2)
    assert program.verify(lines(), [checkpoint])[0] == []
    assert looks["all"] < 5
