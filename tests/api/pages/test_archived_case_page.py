"""The page of a case in the archive, and its row in the ledger, are those of before."""

from datetime import timedelta

from api.context import Duban
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.stories import open_case
from workflow.store.evidence import archive

HEAD, LEDGER = "zhou-dc.head", "/ledgers/rectification/problem"


def test_page_and_ledger_show_it_as_before(
    browser: Browsers, system: Browser, duban: Duban
) -> None:
    case = open_case(duban)
    desk = browser(HEAD)
    desk.do(case, "withdraw", fact_reason="经核实不属实")
    places = (
        f"/cases/{case}",
        f"/cases/{case}/messages",
        LEDGER,
        f"{LEDGER}?opened=closed",
    )
    before = [desk.get(place).main.text for place in places]
    with duban.database.unit_of_work() as connection:
        later = duban.clock() + timedelta(minutes=1)
        assert archive.move(connection, archive.lock_ended(connection, later, 10)).rows
    assert [desk.get(place).main.text for place in places] == before
    assert "经核实不属实" in before[0]
    assert "兴义市" in before[2]
    assert "1 件" in system.get("/administration/health").text
