"""Every secret that is typed is a try, and tries are counted before they are looked at."""

from math import ceil

from fastapi import Request

from api.auth.cookies import BROWSER, cookie_of
from api.auth.refusals import TooManyTries
from api.context import Duban
from workflow.store.people import known_browsers, throttling
from workflow.store.people.throttling import Counters


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def begin_try(duban: Duban, username: str, request: Request) -> Counters:
    """Count a try of a login name's secret; what it is counted under. Raises TooManyTries."""
    now, browser = duban.clock(), cookie_of(request, duban, BROWSER)
    with duban.database.unit_of_work() as connection:
        if browser and not known_browsers.is_known(connection, browser, username, now):
            browser = None
        counted = throttling.counters(
            duban.settings.sign_in, username, address_of(request), browser
        )
        wait = throttling.begin_try(connection, counted, now)
    if wait is not None:
        seconds = ceil(wait.total_seconds())
        often = f"{seconds} 秒" if seconds < 120 else f"{-(-seconds // 60)} 分钟"
        raise TooManyTries(f"尝试次数过多，请 {often}后再试", {"seconds": seconds})
    return counted
