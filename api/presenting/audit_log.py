"""The audit log in words: what somebody did to what, and with which result."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.gatekeeping.tally import MINUTE
from api.presenting.fields import Option
from api.presenting.message_story import WAYS
from api.presenting.places import place_in_words
from api.presenting.refusals import REASONS
from api.presenting.wording import Names, machine_readable, to_the_minute
from workflow.store.evidence.audit import KINDS
from workflow.store.offices.administrators import TITLES

Row = Mapping[str, Any]

OUTCOMES: Mapping[str, str] = {"done": "成功", "refused": "被拒绝"}

_SUBJECTS: Mapping[str, str] = {
    "case": "事项",
    "person": "人员",
    "unit": "单位",
    "post": "岗位",
    "holding": "任职",
    "definition": "工作流程版本",
    "template": "公文模板",
    "indicators": "指标",
    "scorecards": "计分表",
    "figure_batch": "指标数据",
    "calendar": "放假通知",
    "org_change": "机构变更",
    "attachment": "附件",
    "message": "消息",
    "source": "来源",
}
LABELS: Mapping[str, str] = {
    "code": "原因",
    "times": "同一分钟里又有几次",
    "minute": "分钟",
    "lines": "请求",
    "cases": "事项",
    "more": "未列出的事项数",
    "rows": "行数",
    "workflow": "工作流程",
    "version": "版本",
    "year": "年份",
    "before": "早于",
    "admin_role": "任命编号",
    "from": "原版本",
    "to": "新版本",
    "number": "编号",
    "every": "周期",
    "runs": "开展",
    "role": "岗位",
    "act": "动作",
    "what": "内容",
    "by": "方式",
    "ledger": "台账",
    "field": "字段",
    "way": "方式",
    "line": "请求",
    "status": "答复",
    "size": "字节数",
    "case": "事项",
    "template": "模板",
    "kind": "类别",
    "batch": "批次",
    "backfill": "补录编号",
    "figures": "数值个数",
    "holding": "任职编号",
    "unit": "单位编号",
    "post": "岗位编号",
    "person": "人员编号",
    "scope": "权限",
    "count": "个数",
    "ended": "结束的登录数",
    "one_time": "一次性",
    "scorecard": "计分表",
    "rule": "规则",
    "points": "分值（百分之一分）",
    "units": "单位数",
    "form": "原表",
}
CODES: Mapping[str, str] = {
    **REASONS,
    "backfill": "补录",
    "undo": "撤销",
    "source_made": "登记来源",
    "source_key": "更换来源的密钥",
    "source_closed": "停用来源",
    "scorecards": "计分表",
    "indicators": "指标",
    "year": "每年",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "ledger": "台账",
    "audit": "审计日志",
    "dump": "全部历史和日志",
    "command_line": "命令行",
    "appointed": "任命",
    "disabled": "停用账号",
    "enabled": "启用账号",
    "sessions-ended": "在各处退出",
    "second-factor-off": "停用二次验证",
    "let-in": "在服务器上找回账号",
    "migrate": "更新数据库结构",
    "hold_messages": "暂停发送消息",
    "release_messages": "放行消息",
    "restored": "数据库从备份恢复",
    "new_place": "没有发送记录",
    "asked": "管理员要求",
    "channel_tried": "试发消息",
    "robot_kept": "设置群机器人",
    "robot_forgotten": "停用群机器人",
    "calendar_made": "生成日历地址",
    "calendar_revoked": "作废日历地址",
    "dismissed": "免去",
    "password": "口令",
    "phone": "手机号码",
    "email": "邮箱",
    "upload": "上传",
    "download": "下载",
    "archive": "移入档案",
    "changed": "更换",
    "made": "生成",
    "deleted": "作废",
    "begun": "启用",
    "ended": "停用",
    "password-given": "给予口令",
    "read": "只能查看",
    "write": "查看和办理",
    "provider": "统一身份认证",
    "accepted": "已接收",
    "failed": "未成功",
    "throttled": "要求放慢",
    "ambiguous": "不能确定",
}
HIDDEN = re.compile(r"(hash|sha256|floor)\d*|key")
"""For programs: the export has them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act; `place` is its strand and row, by which a verifier names it, `data` what it
    holds as the log has it. `refused` is set where the kind does not say so already.
    """

    when: str
    iso: str
    kind: str
    outcome: str
    refused: bool
    who: str
    about: str
    details: str
    address: str
    place: str
    data: str


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """One exported checkpoint and where its file can be had."""

    number: int
    when: str
    iso: str
    figures: str
    url: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The log with its filters; `next` is the address of the older lines, `query` the filters."""

    lines: tuple[Line, ...]
    kinds: tuple[Option, ...]
    outcomes: tuple[Option, ...]
    who: str
    since: str
    until: str
    problem: str
    next: str
    query: tuple[tuple[str, str], ...]
    checkpoints: tuple[CheckpointLine, ...]
    overdue: bool


def lines_of(rows: Iterable[Row], names: Names) -> tuple[Line, ...]:
    """Acts in words."""
    return tuple(_line(row, names) for row in rows)


def people_in(rows: Iterable[Row]) -> set[int]:
    """The ids of the people that acts name."""
    acted = {row["person_id"] for row in rows}
    meant = {row["subject_id"] for row in rows if row["subject"] == "person"}
    return (acted | meant) - {None}


def units_in(rows: Iterable[Row]) -> set[int]:
    """The ids of the units that acts name."""
    return {row["subject_id"] for row in rows if row["subject"] == "unit"}


def _line(row: Row, names: Names) -> Line:
    return Line(
        when=to_the_minute(row["at"]),
        iso=machine_readable(row["at"]),
        kind=KINDS.get(row["kind"], row["kind"]),
        outcome=OUTCOMES[row["outcome"]],
        refused=row["outcome"] == "refused" and row["kind"] != "refusal",
        who=_who(row, names),
        about=_about(row, names),
        details=_details(json.loads(row["data"]), names),
        address=row["address"] or "",
        place=f"{row['strand']}-{row['seq']}",
        data=row["data"],
    )


def _who(row: Row, names: Names) -> str:
    if row["person_id"] is not None:
        return _numbered(names.person(row["person_id"]), row["person_id"])
    return "未登录" if row["address"] else "系统"


def _about(row: Row, names: Names) -> str:
    kind, id_ = row["subject"], row["subject_id"]
    if kind is None:
        return ""
    title = _SUBJECTS.get(kind, kind)
    name = {"person": names.person, "unit": names.unit}.get(kind)
    return f"{title} {_numbered(name(id_), id_)}" if name else f"{title} #{id_}"


def _numbered(name: str, id_: int) -> str:
    """A name with its id, which tells namesakes apart; an erased person has no other name."""
    return name if name.endswith(f"#{id_}") else f"{name} #{id_}"


def _details(data: Mapping[str, Any], names: Names) -> str:
    told = {key: value for key, value in data.items() if not HIDDEN.fullmatch(key)}
    return "，".join(
        f"{LABELS.get(key, key)} {_plain(value, _reader_of(key, names))}"
        for key, value in told.items()
    )


def _reader_of(key: str, names: Names) -> Callable[[str], str]:
    """What puts the codes of a detail into words."""
    if key in ("line", "lines"):
        return place_in_words
    if key == "minute":
        return _minute
    words = {"workflow": names.workflows, "template": names.papers, "role": TITLES, "way": WAYS}
    return lambda code: words.get(key, CODES).get(code) or CODES.get(code, code)


def _minute(written: str) -> str:
    return to_the_minute(datetime.strptime(written, MINUTE).replace(tzinfo=UTC))


def _plain(value: object, read: Callable[[str], str]) -> str:
    if isinstance(value, list):
        return "、".join(_plain(one, read) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "无" if value is None else read(str(value))


def checkpoint_line(row: Row) -> CheckpointLine:
    """A checkpoint in words."""
    return CheckpointLine(
        number=row["number"],
        when=to_the_minute(row["at"]),
        iso=machine_readable(row["at"]),
        figures=f"{row['cases']:,} 件事项，{row['history_rows']:,} 行历史",
        url=f"/audit/checkpoints/{row['number']}",
    )
