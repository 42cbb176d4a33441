"""A real Chromium at the application's pages, once signed in as each of several people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.context import Duban
from tests.api.browser.served import served
from tests.api.pages.conftest import PASSWORD, give_password
from workflow.store.database import Database


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Pages know nothing of databases: SQLite will do."""
    return sqlite_database


@pytest.fixture
def address(duban: Duban) -> Iterator[str]:
    """Where the application answers."""
    with served(duban) as found:
        yield found


@dataclass
class Desk:
    """A person at a browser."""

    page: Page
    address: str

    def go(self, path: str) -> Page:
        """Open one of our pages."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status < 500, path
        return self.page

    def press(self, name: str) -> None:
        """Press the button, or the first of several, with this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def text(self) -> str:
        """What stands below the masthead."""
        return self.page.locator("main").inner_text()


Desks = Callable[..., Desk]


@pytest.fixture
def desk(chromium: Browser, duban: Duban, address: str) -> Iterator[Desks]:
    """Desks of people: desk("xingyi.liaison", script=False, width=390)."""
    contexts: list[BrowserContext] = []
    known: set[str] = set()  # a new password would end the sessions of the old one

    def sit_down(username: str, *, script: bool = True, width: int = 1440) -> Desk:
        if username not in known:
            give_password(duban, username)
            known.add(username)
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            java_script_enabled=script,
            bypass_csp=script,  # axe comes in as a script; our pages have none
        )
        contexts.append(context)
        found = Desk(context.new_page(), address)
        found.go("/sign-in")
        found.page.fill("[name=username]", username)
        found.page.fill("[name=password]", PASSWORD)
        found.page.locator("main button").first.click()
        return found

    yield sit_down
    for context in contexts:
        context.close()
