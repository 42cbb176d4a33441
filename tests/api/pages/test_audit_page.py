"""审计日志: the audit administrator reads, narrows and exports the log; nobody else does."""

import ast
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.checkpoint_files import EVERY
from api.clock import SimulatedClock
from api.context import Duban
from api.pages.administering.audit import PAGE_SIZE
from api.presenting.audit_log import CODES, HIDDEN, LABELS
from tests.api.callers import session_headers
from tests.api.pages.conftest import Browser, Browsers
from tests.test_architecture import nodes
from workflow.store.evidence import audit, checkpoints
from workflow.store.evidence.audit import Act
from workflow.store.offices.administrators import appoint, begin_with
from workflow.store.people.accounts import make_account, person_by_username

SPECIALIST, AUDITOR = "zhou-dc.specialist1", "shenji"


@dataclass
class Administrator(Browser):
    """A browser whose owner comes in with a second factor."""

    duban: Duban
    person: int

    def sign_in(self) -> None:
        """Begin a session."""
        name, _, token = session_headers(self.duban, self.person)["Cookie"].partition("=")
        self.client.cookies.set(name, token)


@pytest.fixture
def reader(app: FastAPI, duban: Duban) -> Iterator[Browser]:
    """The audit administrator, appointed by the first one of security, with a second factor."""
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        first = make_account(connection, "anquan", "安明")
        begin_with(connection, first, now)
        auditor = make_account(connection, AUDITOR, "沈季")
        appoint(connection, auditor, "audit", by=first, now=now)
    with TestClient(app, follow_redirects=False) as client:
        reader = Administrator(client, AUDITOR, duban, auditor)
        reader.sign_in()
        yield reader


def write(duban: Duban, *acts: Act) -> None:
    """Record acts at the clock's time."""
    with duban.database.unit_of_work() as connection:
        for act in acts:
            audit.record(connection, act, duban.clock())


def person(duban: Duban, username: str) -> int:
    """Somebody's id."""
    with duban.database.reading() as connection:
        return person_by_username(connection, username)


def test_the_log_is_nobody_elses(browser: Browsers) -> None:
    browser(SPECIALIST).get("/audit", status=403)


def test_what_was_done_is_read_in_words(reader: Browser, duban: Duban) -> None:
    head = person(duban, "xingyi.head")
    write(
        duban,
        Act("export", head, data={"what": "ledger", "rows": 12}, address="10.0.0.8"),
        Act(
            "refusal",
            head,
            ("case", 17),
            "refused",
            {"code": "not_found", "line": "GET:/cases/case_id/issued/seq/void", "status": 404},
        ),
        Act(
            "refusal",
            head,
            None,
            "refused",
            {"times": 3, "minute": "2026-03-02T02:05Z", "lines": ["POST:/cases/case_id/events"]},
        ),
        Act("right", None, ("person", head), data={"act": "appointed", "role": "audit"}),
        Act("resend", head, ("message", 5), data={"way": "email"}),
        Act("calendar", None, ("calendar", 3), data={"year": 2027}),
    )
    page = reader.get("/audit")
    for words in (
        "导出",
        "10.0.0.8",
        "行数 12",
        "事项 #17",
        "被拒绝",
        "系统",
        "放假通知 #3",
        "年份 2027",
        "原因 不存在或不在其范围内，请求 查看：事项 › 签发的公文 › 作废，答复 404",
        "请求 办理：事项 › 环节，分钟 2026年3月2日 10:05，同一分钟里又有几次 3",
        "岗位 审计管理员",
        "方式 邮件",
    ):
        assert words in page.text
    assert "最近两小时没有导出校验点" in page.text


def test_where_requests_came_from_is_a_column_where_any_has_one(
    reader: Browser, duban: Duban
) -> None:
    write(duban, Act("calendar", None, ("calendar", 3), data={"year": 2027}))
    assert "放假通知 #3" in reader.get("/audit").text
    assert "来源地址" not in reader.get("/audit").text
    head = person(duban, "xingyi.head")
    write(duban, Act("export", head, data={"what": "ledger", "rows": 12}, address="10.0.0.8"))
    assert "来源地址" in reader.get("/audit").main.one("thead").text


def details() -> Iterator[tuple[str, ast.expr]]:
    """What the code writes into the log beside the act, as far as it can be read off the code."""
    for _, node in nodes("workflow", "api"):
        if isinstance(node, ast.AnnAssign) and is_of_an_act(node.annotation):
            yield from pairs(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "note":
            yield from ((one.arg, one.value) for one in node.keywords if one.arg)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Act"):
            for one in node.keywords:
                yield from pairs(one.value) if one.arg == "data" else ()


def is_of_an_act(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).startswith(("dict[str, Plain", "dict[str, audit.Plain"))


def pairs(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value


def test_whatever_is_written_has_a_word() -> None:
    found = list(details())
    codes = {v.value for _, v in found if isinstance(v, ast.Constant) and isinstance(v.value, str)}
    assert {"act", "scope"} <= {key for key, _ in found}
    assert {key for key, _ in found if not HIDDEN.fullmatch(key)} - LABELS.keys() == set()
    assert codes - CODES.keys() == set()


def test_the_log_is_narrowed_by_kind_person_day_and_outcome(
    reader: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    head = person(duban, "xingyi.head")
    write(duban, Act("token", head, data={"number": 1}))
    clock.advance_to(clock() + timedelta(days=3))
    today = f"{clock():%Y-%m-%d}"
    write(duban, Act("token", head, None, "refused", {"number": 2}))
    write(duban, Act("token", None, data={"number": 3}), Act("unit", head, data={"number": 4}))
    found = {
        "kind=token": "123",
        "kind=token&who=xingyi.head": "12",
        f"who=%23{head}&kind=unit": "4",
        "who=nobody": "",
        "kind=token&outcome=refused": "2",
        f"kind=token&since={today}": "23",
        f"until={today}&kind=token&who=xingyi.head&since=2026-01-01": "12",
    }
    for query, numbers in found.items():
        text = reader.get(f"/audit?{query}").text
        assert [one for one in "1234" if f"编号 {one} " in f"{text} "] == list(numbers), query
    assert "日期写法不对" in reader.get("/audit?since=yesterday").text
    assert "日期写法不对" in reader.get("/audit?since=0001-01-01").text
    assert "翻页的地址有误" in reader.get("/audit?after=x").text


def test_a_long_log_has_pages(reader: Browser, duban: Duban) -> None:
    write(duban, *[Act("token", data={"number": one}) for one in range(2 * PAGE_SIZE + 5)])
    seen, path = 0, "/audit?kind=token"
    while path:
        page = reader.get(path)
        seen += page.text.count("编号 ")
        following = [link.attributes["href"] for link in page.main.all("a", rel="next")]
        path = f"/audit{following[0]}" if following else ""
    assert seen == 2 * PAGE_SIZE + 5


def test_an_export_is_a_table_without_formulas_and_stands_in_the_log(
    reader: Browser, duban: Duban
) -> None:
    write(duban, Act("token", data={"number": 7}, address="=1+1"))
    page = reader.get("/audit?kind=token")
    (form,) = [form for form in page.forms if form.action == "/audit/export"]
    answer = reader.client.post(form.action, data=form.values)
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [len(row) for row in rows] == [9, 9]
    assert rows[1][6] == "'=1+1"
    page = reader.get(f"/audit?kind=export&who={AUDITOR}")
    assert "行数 1" in page.text


def test_an_export_that_would_leave_rows_out_is_refused(
    reader: Browser, duban: Duban, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.administering.audit.MOST_EXPORTED", 2)
    write(duban, *[Act("token", data={"number": at}) for at in range(3)])
    page = reader.get("/audit?kind=token")
    (form,) = [form for form in page.forms if form.action == "/audit/export"]
    answer = reader.client.post(form.action, data=form.values)
    assert answer.status_code == 422
    assert "请选定日期，再分几次导出" in answer.text


def test_checkpoints_are_fetched_from_the_page(
    reader: Browser, duban: Duban, clock: SimulatedClock
) -> None:
    with duban.database.unit_of_work() as connection:
        made = checkpoints.export(connection, clock())
    page = reader.get("/audit")
    assert "第 1 号" in page.text
    assert "最近两小时没有导出校验点" not in page.text
    assert json.loads(reader.client.get("/audit/checkpoints/1").text) == json.loads(made.text)
    reader.get("/audit/checkpoints/2", status=404)
    clock.advance_to(clock() + 3 * EVERY)
    reader.sign_in()
    assert "最近两小时没有导出校验点" in reader.get("/audit").text
