"""管理 of a new installation: the system administrator is told what is to be done, step by step."""

from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.cli.first_run import begin
from api.clock import SimulatedClock
from api.settings import Settings
from tests.api.callers import session_headers
from tests.api.pages.conftest import Browser
from workflow.store.offices import administrators
from workflow.store.people.accounts import make_account, person_by_username

HEAD = "编码,名称,简称,层级,性质,职能,上级编码\n"


def test_each_step_is_told_until_it_is_done(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'duban.db'}")
    prepared = begin(settings, "wei.anquan", "魏安", clock)
    duban = prepared.duban
    with duban.database.unit_of_work() as connection:
        first = person_by_username(connection, "wei.anquan")
        person = make_account(connection, "guanli", "关力")
        administrators.appoint(connection, person, "system", by=first, now=clock())
    with TestClient(create_app(duban), follow_redirects=False) as client:
        name, _, token = session_headers(duban, person)["Cookie"].partition("=")
        client.cookies.set(name, token)
        desk = Browser(client, "guanli")
        steps = [one.text for one in desk.get("/administration").main.one("ol").all("li")]
        assert [one.partition(" ")[0] for one in steps[:2]] == ["导入单位", "导入人员"]
        assert [one.endswith("已办") for one in steps] == [False, False, True, False]

        path = "/administration/import/units"
        form = desk.get(path).forms[0].values | {"act": "take"}
        row = "5223,黔西南州委、州政府,黔西南州,地级,党委政府,government,\n"
        files = {"file": ("a.csv", (HEAD + row).encode(), "text/csv")}
        assert client.post(path, data=form, files=files).status_code == 200
        new = {"username": "guanli", "email": "guanli@office.example"}
        page = desk.post_form("/administration/organisation", "contacts", **new)
        assert page.status == 200
        steps = [one.text for one in desk.get("/administration").main.one("ol").all("li")]
        assert [one.endswith("已办") for one in steps] == [True, False, True, True]
    prepared.close()
