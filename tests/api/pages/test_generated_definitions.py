"""A workflow that chance has written has every page there is, with no template touched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.context import Duban
from api.gatekeeping.policy import ROUTES
from tests.api.pages.conftest import Browser, Browsers, new_request
from tests.api.pages.generated import generated, publish_generated
from tests.api.pages.test_every_definition import typed
from tests.prefecture import NOW
from tests.proof.visitors import NOT_PAGES
from workflow.engine.definition import Definition

SEEDS = (1, 20260302, 777)
OPENER, DECIDER = "xingyi.liaison", "zhou-dc.head"
ANSWERED = {200, 303}
OF_WORKFLOWS = ("{workflow}", "{name}", "{case_id}", "{notice}")
"""What an address has that leads to pages of a workflow or of its cases."""
OF_OTHERS = ("{issued}", "{attachment_id}", "/documents/", "/tallies", "/issued/", "/draws")
"""Papers and pictures that these workflows do not have."""

LISTS = (
    "/cases/new", "/cases/new?workflow={workflow}", "/cases/import?workflow={workflow}",
    "/boards/units?workflow={workflow}", "/boards/trends?workflow={workflow}", "/boards",
    "/ledgers", "/workflows", "/public",
)  # fmt: skip
"""Pages of everything, on which a workflow has its place, and those that are asked for one."""


@pytest.fixture(params=SEEDS)
def definition(request: pytest.FixtureRequest, duban: Duban, tmp_path: Path) -> Definition:
    """A workflow of chance, published."""
    print(f"seed: {request.param}")
    name = publish_generated(duban.catalog, tmp_path / "chance", request.param, NOW)
    return duban.catalog.newest(name).definition


def opened(browser: Browser, definition: Definition) -> int:
    """A case, by the form."""
    form = browser.get(f"/cases/new?workflow={definition.workflow}").forms[0]
    page = browser.post(form.action, typed(form) | {"request": new_request()})
    assert page.response.url.path.startswith("/cases/"), page.text[:800]
    return int(page.response.url.path.rsplit("/", 1)[1])


def addresses(definition: Definition, case: int) -> Iterator[str]:
    """Every page of the policy that is about a workflow or a case, for this one."""
    for route in ROUTES:
        method, _, path = route.partition(" ")
        if method != "GET" or path.startswith("/api/") or path in NOT_PAGES:
            continue
        if not any(part in path for part in OF_WORKFLOWS) or any(p in path for p in OF_OTHERS):
            continue
        for ledger in definition.ledgers if "{ledger}" in path else ("",):
            filled = path.replace("{ledger}", ledger).replace("{name}", definition.workflow)
            filled = filled.replace("{workflow}", definition.workflow)
            yield filled.replace("{case_id}", str(case)).replace("{notice}", str(case))


def test_every_page_of_it_is_there(definition: Definition, browser: Browsers) -> None:
    opener, decider = browser(OPENER), browser(DECIDER)
    case = opened(opener, definition)
    read = 0
    for path in addresses(definition, case):
        answer = opener.client.get(f"{path}?case={case}" if path.endswith("/bulk") else path)
        assert answer.status_code in ANSWERED, (path, answer.text[:500])
        kept = "attachment" in answer.headers.get("content-disposition", "")  # a file, no page
        if answer.headers.get("content-type", "").startswith("text/html") and not kept:
            opener.get(f"{path}?case={case}" if path.endswith("/bulk") else path)  # no faults
            read += 1
    for path in LISTS:
        page = opener.get(path.format(workflow=definition.workflow))
        assert definition.title in page.root.text, path
    assert definition.title in decider.get("/boards").text
    assert f"/cases/{case}" in browser("xingyi.head").get("/").response.text
    print(f"figure: pages of a generated workflow = {read + len(LISTS)}")


def test_it_is_walked_to_its_end_by_its_forms_alone(
    definition: Definition, browser: Browsers
) -> None:
    case, seen = opened(browser(OPENER), definition), []
    for _ in range(len(definition.states)):
        state = browser(OPENER).get(f"/cases/{case}").main.one(class_="state").text
        seen.append(state)
        spec = next(one for one in definition.states.values() if one.title == state)
        if spec.final:
            break
        event = next(iter(spec.events))
        who = browser("xingyi.head" if spec.turn == definition.anchor else DECIDER)
        form = who.get(f"/cases/{case}").form(event)
        page = who.post(form.action, typed(form))
        assert page.status == 200, page.text[:800]
    assert seen == [one.title for one in definition.states.values()]


def test_chance_writes_another_workflow_each_time() -> None:
    assert len({generated(seed)["workflow"] for seed in range(20)}) == 20
