"""Taking a step of a case by its form, as somebody at a browser does it."""

from playwright.sync_api import Locator

from tests.api.browser.conftest import Desk, Desks
from tests.api.pages.conftest import PASSWORD

PHONE, SCREEN = 390, 1440


def act_on(
    desk: Desks, case: str, step: str, username: str, *, width: int = SCREEN, **facts: object
) -> Desk:
    """Sign in without scripts, open the case, fill in the form of a step and send it."""
    person = desk(username, script=False, width=width)
    page = person.go(case)
    form = page.locator("section.actions details", has=page.locator(f"summary:text-is('{step}')"))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in facts.items():
        fill(form.locator(f"[name='fact.{name.replace('__', '.')}']"), value)
    if (proof := form.locator("[name=proof]")).count():
        proof.fill(PASSWORD)
    form.get_by_role("button", name=step, exact=True).click()
    return person


def fill(field: Locator, value: object) -> None:
    """Type, choose or attach, whatever the field is for."""
    if isinstance(value, bytes):
        photo = {"name": "现场.png", "mimeType": "image/png", "buffer": value}
        field.set_input_files(photo)  # type: ignore[arg-type]
    elif field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(str(value))
    else:
        field.fill(str(value))
