"""Verbs that stay: run (everything, for a newcomer), serve (web alone), worker."""

import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.playing import play_first
from api.cli.saying import CommandFailed, note, say

if TYPE_CHECKING:
    from api.cli.first_run import Prepared
    from api.context import Duban
    from api.settings import Settings
    from api.worker import Sources, Ticked, Ways, Worker

PATIENCE_SECONDS = 30
"""How long requests in hand may take to be answered once the process is to stop."""

_ONCE = typer.Option("--once", help="只办理一遍现在到期的事，然后退出")
_RESET = typer.Option("--reset", help="为示例人员重新生成口令")
_PLAYED = typer.Option("--demo", help="先把示例州今年的督办演到今天，打开就有事项可看")


def run(reset: Annotated[bool, _RESET] = False, played: Annotated[bool, _PLAYED] = False) -> None:
    """启动全部：建库、装入示例州、启动网页和后台，并显示登录口令。"""
    from api.cli.first_run import prepare
    from api.clock import system_clock

    settings = _start()
    with closing(_listen(settings)) as listening:
        if played:
            play_first(settings, system_clock())
        with closing(prepare(settings, reset or played)) as prepared:
            _say_who(prepared)
            _run(prepared.duban, listening)


def _say_who(prepared: "Prepared") -> None:
    """Who can sign in, where that was only now decided."""
    from api.cli.first_run import show_passwords

    if prepared.passwords:
        show_passwords(prepared)
    else:
        say("使用已有数据；口令只在第一次启动时显示，忘记了请运行 duban run --reset")


def _run(duban: "Duban", listening: socket.socket) -> None:
    """Web and worker. The worker beats in a thread: one process is one log, one stop and one set of
    compiled definitions in memory. A large installation runs `serve` and `worker` apart.
    """
    from api.cli.installation import check_sound
    from api.pulse import Pulse
    from api.worker import Worker

    check_sound(duban)
    ways, sources = _ways(duban)
    with Pulse(duban, "run"), _beating(Worker(duban, ways, sources=sources)):
        say(f"督办已启动：{duban.settings.base_url}    （按 Ctrl-C 停止）")
        _serve(duban, listening)


@contextmanager
def _beating(worker: "Worker") -> Iterator[None]:
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def serve() -> None:
    """只启动网页和 REST；后台另用 duban worker 启动。"""
    from api.cli.installation import check_sound, open_installation
    from api.pulse import Pulse

    settings = _start()
    with closing(_listen(settings)) as listening, closing(open_installation(settings)) as duban:
        check_sound(duban)
        say(f"督办网页已启动：{settings.base_url}")
        with Pulse(duban, "serve"):
            _serve(duban, listening)


def worker(once: Annotated[bool, _ONCE] = False) -> None:
    """只启动后台：到时的提醒、催办、年度事项和待发消息。"""
    from api.cli.installation import check_sound, open_installation
    from api.garbage import rarely_collected
    from api.pulse import Pulse
    from api.worker import Worker, collect, tick

    with closing(open_installation(_start())) as duban:
        check_sound(duban)
        ways, sources = _ways(duban)
        if once:
            _say_ticked(tick(duban, ways, duban.clock()))
            say(f"收到回执和退信 {collect(duban, sources).reports} 份")
            return
        beating = _beating(Worker(duban, ways, sources=sources))
        with _told_to_stop() as told, Pulse(duban, "worker"), rarely_collected(), beating:
            note("督办后台已启动")
            told.recv(1)


@contextmanager
def _told_to_stop() -> Iterator[socket.socket]:
    """What receives a byte for every signal that ends the process.

    Python runs its handlers between two of its own steps: a signal that comes as the process goes
    to wait would be heard never. This byte is written as the signal comes.
    """
    told, telling = socket.socketpair()
    telling.setblocking(False)
    signal.set_wakeup_fd(telling.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with told, telling:
        try:
            yield told
        finally:
            signal.set_wakeup_fd(-1)


_FIGURES = {
    "followed": "随机构调整 {} 件",
    "recalculated": "校正期限 {} 件",
    "timers": "办理定时 {} 个",
    "opened": "按期发起 {} 件",
    "digests": "汇成摘要 {} 份",
    "sent": "发出消息 {} 条",
    "put_off": "稍后再发 {} 条",
    "dead": "放弃发送 {} 条",
    "swept": "清理附件 {} 个",
    "checkpoints": "导出校验点 {} 个",
}


def _say_ticked(done: "Ticked") -> None:
    say("，".join(_FIGURES[name].format(count) for name, count in done.figures.items()))
    if done.failed:
        raise CommandFailed(f"有 {len(done.failed)} 部分没有办成，原因见上面的日志")


def _start() -> "Settings":
    """Read the settings, begin to log, and have a SIGTERM end the process in good order."""
    from api.cli.installation import settings
    from api.cli.logs import start_logging

    chosen = settings()
    start_logging(chosen.log)
    signal.signal(signal.SIGTERM, _leave)
    return chosen


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _ways(duban: "Duban") -> tuple["Ways", "Sources"]:
    from api.cli.installation import check_furnished
    from notifications.ways import UnusableWay, open_ways, report_sources

    check_furnished(duban)
    try:
        ways = open_ways(duban.database, duban.clock, **duban.settings.ways)
        return ways, report_sources(ways, duban.settings.bounces)
    except UnusableWay as unusable:
        raise CommandFailed(str(unusable)) from None


def _listen(settings: "Settings") -> socket.socket:
    """The socket to serve on: a port that is taken is told before anything is set up."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        hint = "换一个端口可设环境变量 DUBAN_PORT"
        raise CommandFailed(f"不能在 {where} 上监听（{error.strerror}）；{hint}") from None


def _serve(duban: "Duban", listening: socket.socket) -> None:
    """Serve until a signal comes; returns after the requests in hand are answered."""
    import uvicorn

    from api.app import create_app
    from api.garbage import rarely_collected

    config = uvicorn.Config(
        create_app(duban),
        http="h11",  # which bounds the head of a request; httptools reads on without end
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_SECONDS,
    )
    try:
        with rarely_collected():
            uvicorn.Server(config).run(sockets=[listening])
    except (KeyboardInterrupt, SystemExit):
        note("督办已停止")
