"""补录: an office's own ledger of 20,000 rows, read, looked at row by row and taken over."""

import io
import time
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from sqlalchemy import select

from api.context import Duban
from api.garbage import set_aside
from api.settings import Settings
from api.spreadsheets.past_import import look, open_ledger, take_over
from bench import office
from bench.machine import Scratch
from bench.report import Table
from workflow.store.database import Database
from workflow.store.offices.organisation import actor_of
from workflow.store.tables.handles import PERSON

FULL, QUICK = 20_000, 200
LIMIT_SECONDS = 60.0

_HEADS = (
    "责任单位",
    "问题描述",
    "环节",
    "登记日期",
    "整改时限",
    "问题等级",
    "整改类型",
    "整改情况",
    "办结时间",
)
_COUNTIES = ("兴义市", "兴仁市", "普安县", "晴隆县", "贞丰县", "望谟县", "册亨县", "安龙县")
_STATES = ("整改中", "已销号", "待整改", "已办结")
_FIRST_DAY = date(2025, 1, 6)


def run(scratch: Scratch, rows: int) -> list[Table]:
    """Seconds until everything was looked at, and until it was taken over, on both databases."""
    return [_measured(scratch, kind, rows) for kind in ("sqlite", "postgres")]


def _measured(scratch: Scratch, kind: str, rows: int) -> Table:
    url = scratch.new(kind)
    office.fill(url, 1)
    database = Database(url)
    duban = Duban.on(database, Settings(data=Path("/nonexistent")), lambda: office.NOW)
    with database.reading() as connection:
        username = PERSON.c.username == "zhou-dc.specialist1"
        person = connection.execute(select(PERSON.c.id).where(username)).scalar_one()
        actor = actor_of(connection, person, office.NOW)
    content = _ledger(rows)
    set_aside()
    began = time.perf_counter()
    ledger = open_ledger(duban, actor, office.WORKFLOW, "问题台账.xlsx", content)
    looked = look(duban, actor, office.WORKFLOW, ledger)
    seen = time.perf_counter()
    made = take_over(duban, actor, office.WORKFLOW, ledger, looked, "bench")
    done = time.perf_counter()
    database.dispose()
    assert len(made) == rows
    table = Table(f"A ledger of {rows:,} rows, {kind}", "s")
    table.less_is_better = True
    table.rounds = {
        "report and cases": [done - began],
        "of that, file and row-by-row report": [seen - began],
    }
    verdict = "reached" if done - began < LIMIT_SECONDS else "**not reached**"
    table.goals.append(f"report and cases < {LIMIT_SECONDS:g} s: {done - began:,.1f}, {verdict}")
    return table


def _ledger(rows: int) -> bytes:
    """The xlsx of an office: a title, the heads, then a problem a row."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "2025年问题整改台账")
    sheet.write_row(1, 0, _HEADS)
    for at in range(rows):
        found = _FIRST_DAY + timedelta(days=at % 300)
        state = _STATES[at % len(_STATES)]
        is_open = state in _STATES[::2]
        cells = (
            _COUNTIES[at % len(_COUNTIES)],
            f"第 {at + 1} 个问题：通组路路面破损，排水沟淤堵，群众出行不便",
            state,
            found.isoformat(),
            (found + timedelta(days=500 if is_open else 60)).isoformat(),
            "一般",
            "限期整改",
            "已制定措施，正按计划推进",
            "" if is_open else (found + timedelta(days=45)).isoformat(),
        )
        sheet.write_row(at + 2, 0, cells)
    book.close()
    return content.getvalue()
