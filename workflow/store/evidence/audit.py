"""The audit log: every act beside the work on cases, written in the transaction of the act.

    audit.record(connection, Act("sign_in", person), now)

A row holds ids and codes; names, telephone numbers and what people typed never enter it, so that
erasing a person breaks no hash. Rows are chained in strands: a transaction takes a strand that no
other holds, and locks its head until it ends. Call `record` last, when the act itself is written;
only the steps of a `Transaction` are flushed after it, since their flush commits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from workflow.store.evidence.chain import START, algorithm_of, hash_values
from workflow.store.plain import dumps, instant
from workflow.store.tables.handles import AUDIT, HEAD

STRANDS = 8
"""So many transactions can write the log at one moment on PostgreSQL; SQLite has one writer."""

KINDS: Mapping[str, str] = {
    "sign_in": "登录",
    "sign_out": "退出登录",
    "session": "结束其他登录",
    "confirmation": "再次确认身份",
    "second_factor": "二次验证的变更",
    "password": "口令的变更",
    "token": "接口令牌的变更",
    "refusal": "被拒绝的请求",
    "export": "导出",
    "import": "导入",
    "reveal": "查看完整号码",
    "person": "人员信息的变更",
    "erasure": "注销人员",
    "right": "权限的变更",
    "holding": "任职的变更",
    "substitute": "代理的变更",
    "unit": "单位的变更",
    "definition": "发布工作流程",
    "calendar": "录入放假通知",
    "score": "考核计分",
    "cadence": "定期工作的开启和停止",
    "setting": "设置的变更",
    "attachment": "附件的办理",
    "resend": "重发消息",
    "checkpoint": "导出校验点",
    "retention": "移出过期日志",
    "maintenance": "维护操作",
}
"""Kinds of act, with what they are called; `record` takes no other."""

Plain = bool | int | str | None
Outcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, or was refused.

    `person` is None for the system and for whoever is not known. `about` is the kind and id of
    what it was done to, such as ("case", 17). `data` holds ids, counts and codes only.
    """

    kind: str
    person: int | None = None
    about: tuple[str, int] | None = None
    outcome: Outcome = "done"
    data: Mapping[str, Plain | list[int] | list[str]] = field(default_factory=dict)
    address: str | None = None


def begin(connection: Connection) -> None:
    """Make the strands' heads in a database that has none."""
    heads = [{"strand": one + 1, "seq": 0, "hash": START, "floor": 0} for one in range(STRANDS)]
    connection.execute(insert(HEAD), heads)


def record(connection: Connection, act: Act, now: datetime) -> None:
    """Append an act to the log; raises ValueError for what must not stand there."""
    _check(act)
    head = _free_head(connection)
    subject, subject_id = act.about or (None, None)
    row: dict[str, Any] = {
        "strand": head["strand"],
        "seq": head["seq"] + 1,
        "at": now,
        "kind": act.kind,
        "outcome": act.outcome,
        "person_id": act.person,
        "subject": subject,
        "subject_id": subject_id,
        "data": dumps(act.data),
        "address": act.address,
        "alg": algorithm_of(connection),
        "prev": head["hash"],
    }
    row["hash"] = hash_of(row)
    connection.execute(insert(AUDIT).values(row))
    moved = update(HEAD).where(HEAD.c.strand == row["strand"])
    connection.execute(moved.values(seq=row["seq"], hash=row["hash"]))


def _free_head(connection: Connection) -> Mapping[str, Any]:
    """The head of a strand, locked: one that is free, or else the last one when it becomes so.

    Whoever holds the last strand never waits for another, so writers of the log cannot deadlock.
    """
    query = select(HEAD).order_by(HEAD.c.strand).limit(1)
    free = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
    if free is None:
        last = select(HEAD).where(HEAD.c.strand == STRANDS).with_for_update()
        free = connection.execute(last).mappings().one()
    return dict(free)


HASHED = (
    "strand",
    "seq",
    "kind",
    "outcome",
    "person_id",
    "subject",
    "subject_id",
    "data",
    "address",
    "alg",
    "prev",
)


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash a row of the log must have."""
    return hash_values(row["alg"], [*(row[name] for name in HASHED), instant(row["at"])])


# What may stand in the log

_CODE = re.compile(r"(?!\d{6,20}$)[A-Za-z0-9_.:/-]{1,80}")
"""Codes, digests and dates; no Chinese, no blank, no @, and no bare telephone number."""

_LARGEST = 10**10
"""Ids and counts stay below; an eleven-digit number is a telephone's."""


def _check(act: Act) -> None:
    if act.kind not in KINDS:
        raise ValueError(f"no such kind of act: {act.kind!r}; audit.KINDS lists them")
    for key, value in act.data.items():
        for one in value if isinstance(value, list) else [value]:
            if not (_CODE.fullmatch(key) and _is_plain(one)):
                raise ValueError(f"{key!r} of the act {act.kind!r} is no id and no code")


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _CODE.fullmatch(value) is not None
    return value is None or (isinstance(value, int) and abs(value) < _LARGEST)
