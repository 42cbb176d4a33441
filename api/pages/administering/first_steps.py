"""接下来: what an administrator of a new installation does first, until all of it is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.auth import Someone
from api.context import Duban
from api.presenting.message_story import WAYS
from workflow.engine.calendar import local_day
from workflow.store.lists import units
from workflow.store.offices import staff
from workflow.store.offices.administrators import TITLES
from workflow.store.outgoing import addressees


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where, and what it is good for."""

    title: str
    url: str
    hint: str
    done: bool


def first_steps(
    connection: Connection,
    duban: Duban,
    someone: Someone,
    administrators: Sequence[Mapping[str, Any]],
) -> tuple[Step, ...]:
    """The steps of the reader's own role in their order; none once each is done."""
    steps: tuple[Step, ...] = ()
    if someone.administers == "security":
        steps = tuple(_of_security(administrators))
    elif someone.administers == "system":
        steps = tuple(_of_system(connection, duban, someone))
    return () if all(one.done for one in steps) else steps


def _of_security(administrators: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    there = {one["role"] for one in administrators if one["live"] == 1}
    for role, hint in (
        ("system", "由他导入单位和人员，管理放假通知和消息渠道；任命后请到“账号”里给他一次性口令"),
        ("audit", "由他查看日志、取走校验点；没有审计管理员，谁也看不到日志"),
    ):
        yield Step(f"任命{TITLES[role]}", "#appoint", hint, role in there)


def _of_system(connection: Connection, duban: Duban, someone: Someone) -> Iterator[Step]:
    begin = "/administration"
    some = bool(units.top_units(connection))
    yield Step("导入单位", f"{begin}/import/units", "先下载模板，最上级单位写在最前", some)
    hint = "有岗位和口令的人才能登录；口令由安全管理员发给"
    yield Step("导入人员", f"{begin}/import/people", hint, staff.anybody_holds_a_post(connection))
    year = local_day(duban.clock()).year
    known = year in duban.catalog.calendar.notices
    hint = "没有通知的年份，期限只能推算"
    yield Step(f"录入 {year} 年的放假通知", f"{begin}/holidays", hint, known)
    to = addressees.addressee(connection, someone.person)
    reached = to is not None and any(to.address(way) for way in WAYS if way != "in_app")
    hint = "填写以后才能试发消息，查看渠道是否接通"
    yield Step("填写自己的手机和邮箱", f"{begin}/organisation#contact", hint, reached)
