"""办法第十条（一）: “对……目标任务完成情况进行督促、检查和监督”.

`duban demo`: the year is told to its end, the same on SQLite and PostgreSQL, line by line; every
message that the outbox says went out arrived once; and nobody else's data is touched.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bench.embedded import PostgresServer

pytestmark = pytest.mark.journey

COMMAND = [sys.executable, "-c", "from api.cli import main; main()", "demo"]
OVERALL_SECONDS = 280


@dataclass(frozen=True, slots=True)
class Performance:
    """What a demo printed and the code it left with."""

    code: int
    story: str
    beside: str


@pytest.fixture(scope="module")
def performances(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Performance]:
    """The demo on SQLite and on PostgreSQL, played at the same time."""
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    running = {
        "sqlite": begin(["--database", f"sqlite:///{file}"]),
        "postgres": begin([], DATABASE_URL=postgres_server.get_uri()),
    }
    return {name: end(process) for name, process in running.items()}


def begin(options: list[str], **more: str) -> subprocess.Popen[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [*COMMAND, *options],
        env={**kept, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> Performance:
    story, beside = process.communicate(timeout=OVERALL_SECONDS)
    return Performance(process.returncode, story, beside)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def performance(
    request: pytest.FixtureRequest, performances: Mapping[str, Performance]
) -> Performance:
    return performances[request.param]


def test_the_year_is_played_to_its_end_and_doctor_is_content(performance: Performance) -> None:
    assert performance.code == 0, performance.beside
    assert performance.story.rstrip().endswith("结论：一切相符")
    if played := re.search(r"用时 (\d+) 秒", performance.beside):
        print(f"figure: demo_seconds = {played[1]}")


def test_everything_of_the_year_happens(performance: Performance) -> None:
    story = performance.story
    for happened in (
        "改派给：兴义市",
        "申请延期 ✗ 系统没有受理：延期至迟须在到期前 5 个工作日提出",
        "批准延期 → 已批准",
        "督办单位改为州督查局",
        "公布摘牌 → 已摘牌",
        "记“拟列入通报”",
        "提起：提级督办、约谈",
        "批准约谈 → 待发通知",
        "已举行 → 待起草纪要",
        "核查合格 → 已办结",
        "进入第 2 轮",
        "条过时的提醒并入后一条",
        "2027 年放假通知未发布，日期待校正",
        "按新的放假通知校正期限",
        "退回补正 → 待补正",
        "记“迟报”",
        "两账都已销号",
    ):
        assert happened in story, happened


def test_every_limit_says_how_it_was_found(performance: Performance) -> None:
    limits = re.findall(r"期限：\d+年\d+月\d+日（?", performance.story)
    assert len(limits) > 150
    assert all(limit.endswith("（") for limit in limits)


def test_what_was_sent_arrived_once_and_by_day(performance: Performance) -> None:
    assert performance.story.count("：逐封相符") == 2
    assert "休息日发出的共 0 封" in performance.story
    assert "每人每天的摘要至多 1 封" in performance.story


@pytest.mark.postgres
def test_the_story_is_the_same_on_both_databases(
    performances: Mapping[str, Performance],
) -> None:
    one, other = performances["sqlite"].story, performances["postgres"].story
    assert one.splitlines() == other.splitlines()
    print(f"figure: demo_story_lines = {len(one.splitlines())}")


# Nobody else's data


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.db"
    file.write_text("mine", encoding="utf-8")
    done = end(begin(["--database", f"sqlite:///{file}"]))
    assert done.code == 1
    assert "已经存在" in done.beside
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.fixture
def foreign_database(postgres_server: PostgresServer) -> Iterator[str]:
    """A database that somebody else happens to have called duban_demo."""
    engine = create_engine(postgres_server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS duban_demo"))
        connection.execute(text("CREATE DATABASE duban_demo"))
        yield postgres_server.get_uri()
        connection.execute(text("DROP DATABASE duban_demo"))
    engine.dispose()


@pytest.mark.postgres
def test_a_database_of_that_name_that_is_not_the_demos_is_left_alone(
    performances: object, foreign_database: str
) -> None:
    del performances  # theirs is gone by now
    done = end(begin([], DATABASE_URL=foreign_database))
    assert done.code == 1
    assert "不是演示建的" in done.beside
