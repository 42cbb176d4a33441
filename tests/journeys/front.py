"""The front door of an installation on the stage of a play: its pages, programs and signed calls
live by the clock of the play.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.context import Duban
from api.settings import Settings
from tests.api.callers import Caller, caller, session_headers
from tests.api.door import Platform, platform
from tests.api.pages.conftest import Browser
from tests.journeys.play import Play


class Front:
    """Whoever comes to the door of an installation."""

    def __init__(self, play: Play, client: TestClient, duban: Duban) -> None:
        self.play, self.client, self.duban = play, client, duban
        self._programs: dict[str, Caller] = {}

    def rest(self, who: str) -> Caller:
        """A program of somebody's."""
        if who not in self._programs:
            self._programs[who] = caller(self.client, self.duban, who)
        return self._programs[who]

    def browser(self, who: str) -> Browser:
        """Somebody who has just signed in: between two steps of a play a session would end."""
        client = TestClient(self.client.app, follow_redirects=False)
        headers = session_headers(self.duban, self.play.person(who))
        name, _, token = headers["Cookie"].partition("=")
        client.cookies.set(name, token)
        return Browser(client, who)

    def platform(self, name: str, desk: str) -> Platform:
        """Another system, entered as a source whose cases somebody's post opens."""
        return platform(self.client, self.duban, name, desk)

    def at_now(self, sender: Platform) -> Platform:
        """The same system at the instant of the play: it signs with its own clock."""
        return sender.but(at=int(self.play.now.timestamp()))


@contextmanager
def front_of(play: Play, folder: Path) -> Iterator[Front]:
    """The door while the installation is at work, its files in a folder."""
    duban = Duban.on(play.database, Settings(data=folder / "data"), lambda: play.now)
    with TestClient(create_app(duban), follow_redirects=False) as client:
        yield Front(play, client, duban)
