"""运行状况: what the metrics say, for the system administrator's eyes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from api.auth import Installation, SignedInPage
from api.pages.rendering import masthead_of, show
from api.presenting.audit_log import CODES
from api.presenting.message_story import WAYS
from api.presenting.sending import held_in_words
from api.presenting.wording import to_the_minute
from api.pulse import own_name
from workflow.store import schema
from workflow.store.evidence import archive, examinations
from workflow.store.evidence.checkpoints import last_at
from workflow.store.evidence.examinations import Verdict
from workflow.store.meters import Key
from workflow.store.outgoing.backlog import Backlog, backlog
from workflow.store.processes import WORKERS, Process, known

router = APIRouter()

HERE = "/administration/health"

_KINDS = {"run": "网页和后台", "serve": "网页", "worker": "后台"}
_COUNTED = {
    "steps": "写入历史",
    "timers": "办理定时",
    "sends": "交付消息",
    "refusals": "拒绝请求",
    "requests": "回答请求",
    "queries": "数据库语句",
    "beats": "后台巡查",
    "not_opened": "到期未能发起",
    "failed_timers": "定时出错",
    "failed_beats": "后台出错",
}
_VALUES = {
    **WAYS,
    "person": "本人",
    "clock": "到时",
    "case": "关联事项",
    "refused": "被拒绝",
    "unsendable": "不能发送",
}
_PARTS = {
    "follow": "跟随机构调整",
    "recalculate": "校正期限",
    "fire": "办理定时",
    "open": "按期发起",
    "deliver": "发送消息",
    "sweep": "清理过期的内容",
    "checkpoint": "导出校验点",
}
"""What a beat of the worker consists of (`api.worker`)."""

_ANSWERS = {"2": "办成", "3": "转到别处或没有变化", "4": "不予办理", "5": "系统出错"}
"""What the first figure of an HTTP status says."""

LATE = timedelta(minutes=5)
"""A backlog older than this is shown as one."""


@dataclass(frozen=True, slots=True)
class ProcessLine:
    """One process; `silent` is one that should be there and does not answer."""

    kind: str
    name: str
    version: str
    since: str
    seen: str
    silent: bool


@dataclass(frozen=True, slots=True)
class CountLine:
    """What was counted, of which kind, by all processes together."""

    what: str
    kind: str
    count: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    """运行状况; `problems` is empty when nothing needs doing."""

    problems: tuple[str, ...]
    timers: int
    messages: int
    database: str
    checkpoint: str
    archive: str
    doctor: str
    processes: tuple[ProcessLine, ...]
    counts: tuple[CountLine, ...]


@router.get(HERE)
def health(duban: Installation, someone: SignedInPage) -> Response:
    """Processes, what is behind, and what was done."""
    now = duban.clock()
    with duban.database.reading() as connection:
        behind, running = backlog(connection, now), known(connection)
        checkpoint, archived = last_at(connection), archive.size(connection)
        verdict, held = examinations.last(connection), held_in_words(connection, now)
    titles = {name: one.definition.title for name, one in duban.catalog.known().items()}
    kind = "SQLite" if duban.database.is_sqlite else "PostgreSQL"
    page = HealthPage(
        problems=(*_problems(behind, running, now, held), *_found(verdict)),
        timers=behind.timers,
        messages=behind.messages,
        database=f"{kind}，结构版本 {schema.head()}",
        checkpoint=to_the_minute(checkpoint) if checkpoint else "还没有",
        archive=f"{archived:,} 件",
        doctor=_doctor(verdict),
        processes=tuple(_process(one, now) for one in running),
        counts=tuple(_counts(running, duban.database.meters.read(), titles)),
    )
    return show("health.html", page, masthead_of(duban, someone, HERE))


def _problems(
    behind: Backlog, running: list[Process], now: datetime, held: str | None
) -> Iterator[str]:
    if held:
        yield held
    if not any(one.kind in WORKERS and not one.is_silent(now) for one in running):
        yield "没有后台在运行，到时的提醒和待发的消息都不会办理：请启动后台"
    for one in running:
        if one.is_silent(now):
            since = to_the_minute(one.seen_at)
            yield f"{_KINDS.get(one.kind, one.kind)} {one.name} 自 {since} 没有应答"
    if behind.timer_lag > LATE.total_seconds():
        yield f"有 {behind.timers} 个定时到时未办，最早的已过 {_long(behind.timer_lag)}"
    if not held and behind.message_age > LATE.total_seconds():
        put_off = f"（其中 {behind.put_off} 条被推迟）" if behind.put_off else ""
        waited = _long(behind.message_age)
        yield f"有 {behind.messages} 条消息应发未发{put_off}，最早的已等 {waited}"


def _found(verdict: Verdict | None) -> Iterator[str]:
    if verdict is not None and verdict.complaints:
        yield f"上次体检发现 {verdict.complaints} 处不符，其一为 {verdict.first}"


def _doctor(verdict: Verdict | None) -> str:
    """When doctor last looked, for how long, at what, and what it found."""
    if verdict is None:
        return "还没有做过，请每夜运行 duban doctor"
    found = f"{verdict.complaints} 处不符" if verdict.complaints else "没有发现不符"
    looked_at = f"事项 {verdict.cases:,} 件、历史 {verdict.history_rows:,} 行"
    return f"{to_the_minute(verdict.at)}，用时 {verdict.seconds:g} 秒，{looked_at}，{found}"


def _long(seconds: float) -> str:
    minutes = int(seconds // 60)
    hours, days = minutes // 60, minutes // (60 * 24)
    if days:
        return f"{days} 天 {hours % 24} 小时"
    return f"{hours} 小时 {minutes % 60} 分钟" if hours else f"{minutes} 分钟"


def _process(one: Process, now: datetime) -> ProcessLine:
    return ProcessLine(
        kind=_KINDS.get(one.kind, one.kind),
        name=one.name,
        version=one.version,
        since=to_the_minute(one.started_at),
        seen=to_the_minute(one.seen_at),
        silent=one.is_silent(now),
    )


def _counts(
    running: list[Process], own: Mapping[Key, float], titles: Mapping[str, str]
) -> Iterator[CountLine]:
    total: Counter[tuple[str, str]] = Counter()
    for figures in {**{one.name: one.figures for one in running}, own_name(): own}.values():
        for (name, labels), count in figures.items():
            if name in _COUNTED:
                kind = "，".join(_in_words(label, value, titles) for label, value in labels)
                total[_COUNTED[name], kind] += int(count)
    for (what, kind), times in sorted(total.items()):
        yield CountLine(what, kind, f"{times:,}")


def _in_words(label: str, value: str, titles: Mapping[str, str]) -> str:
    if label == "status":
        return _ANSWERS.get(value[0], value)
    if label == "workflow":
        return titles.get(value, value)
    if label == "part":
        return _PARTS.get(value, "其他")
    return _VALUES.get(value) or CODES.get(value, value)
