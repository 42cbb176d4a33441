"""意见 二（二）: “督促检查、监督考核、总结经验和统筹协调”, all of it in one year of a prefecture.

`duban demo --full`, its first quarter with fewer of everything: the kinds of case that a quarter
can have are there, driven by the calendar and by people, and the doctor is content.

The whole year takes minutes; `./dev demo --full` plays it, and its exit code says whether it held:
whether every shipped workflow was lived, with as many cases as the story promises, and the doctor
was content.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.demo import records
from api.demo.diary import instant_of
from api.demo.performance import set_up_without_servers
from api.demo.play import Play
from api.demo.played import BELOW
from api.demo.promises import broken
from api.demo.stage import SAMPLE, Stage
from api.demo.story import LATELY, Story, Stream, read_story
from bench.embedded import PostgresServer
from workflow.doctor import examine
from workflow.folder import SHIPPED

pytestmark = pytest.mark.journey

UNTIL = "2026-04-11"
LATER = date(2026, 4, 1)
NOT_IN_A_QUARTER = {
    "annual_report", "township_report", "summary_report", "assessment", "village_review",
    "evaluation", "adjustment", "escalation", "extension", "long_term", "accountability",
}  # fmt: skip
"""What the calendar opens later in the year, and what only a few of many problems come to."""
LAGGARDS = ("522326", "522324")

SHIPPED_ONES = {file.stem for file in SHIPPED.glob("*.yaml")}

Counts = Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def story() -> Story:
    """The year with a twelfth of its streams, where only two counties have problems at first, and
    the first unannounced visits come in March.
    """
    whole = read_story(SAMPLE / "year.yaml")
    less: dict[str, Any] = {"imports": (), "openings": (), "lately": ()}
    less["streams"] = tuple(map(thinned, whole.streams))
    less["pools"] = {**whole.pools, "laggards": LAGGARDS}
    less["switches"] = tuple(
        one.model_copy(update={"at": "2026-03-13 09:00"}) if one.workflow == "inspection" else one
        for one in whole.switches
    )
    return whole.model_copy(update=less)


def thinned(one: Stream) -> Stream:
    if one.within[0] >= LATER:  # what comes later in the year comes into the quarter
        one = one.model_copy(update={"within": (date(2026, 1, 12), date(2026, 2, 6))})
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
        Play(stage, story, SAMPLE, until=instant_of(UNTIL)).run(lambda _: None)
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


def test_every_shipped_workflow_is_lived_that_a_quarter_can_have(counts: Counts) -> None:
    lived = {workflow for workflow, _ in counts}
    assert SHIPPED_ONES - lived <= NOT_IN_A_QUARTER


def test_several_are_called_in_at_once_each_with_a_part_of_its_own(counts: Counts) -> None:
    """The other office agreed, both came, the minutes went out and became problems."""
    assert counts["joint_consent", "agreed"] == 1
    assert counts["collective_interview", "closed"] == 1
    assert counts["interview", "closed"] >= 2


def test_who_was_sent_a_bulletin_has_read_it(counts: Counts) -> None:
    assert counts["circulation", "read"] >= 9


def test_the_plan_of_the_year_opens_its_visits_month_by_month(counts: Counts) -> None:
    assert counts["inspection_plan", "running"] == 1
    assert of(counts, "inspection") >= 4 + 3


def test_a_year_that_breaks_a_promise_is_told_which(stage: Stage, story: Story) -> None:
    said = list(broken(stage, story))
    assert any("年度报告" in one for one in said)
    assert "“约谈”定期开展 1 轮，应不少于 4 轮" in said
    assert any(one.startswith("考核结果有 0 类") for one in said)
    assert not any("“年度督查计划”" in one for one in said)


def test_the_story_lives_every_shipped_workflow_and_promises_what_the_year_must_have() -> None:
    """400 problems, nine reports, four rounds of interviews, one assessment of three
    classes, 30 pilots, 30 deeds, 52 bulletins.
    """
    year = read_story(SAMPLE / "year.yaml")
    assert {kind.partition(BELOW)[0] for kind in year.habits} - {LATELY} == SHIPPED_ONES
    cases = year.promises.cases
    assert (cases["rectification"], cases["annual_report"], cases["bulletin"]) == (400, 9, 52)
    assert (year.promises.rounds["interview"], year.promises.classes) == (4, 3)
    numbers = {one.key: one.number for one in year.streams}
    assert (numbers["试点"], numbers["实事"]) == (30, 30)
