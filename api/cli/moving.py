"""The verb that changes the database an installation lives in: move-to."""

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.saying import CommandFailed, note, say

if TYPE_CHECKING:
    from api.context import Duban

_URL = typer.Argument(
    help="空的目标数据库，如 postgresql://duban@db/duban；地址带口令的，写进环境变量 DUBAN_MOVE_TO",
    envvar="DUBAN_MOVE_TO",
)


def move_to(url: Annotated[str, _URL]) -> None:
    """把全部数据搬到另一个空的数据库，并核对。

    两边要完全一致；原数据库不改动。
    """
    from api.cli.installation import check_sound, open_installation, settings
    from api.context import Duban
    from workflow.store.database import Database
    from workflow.store.moving import move

    chosen = settings()
    with closing(open_installation(chosen)) as duban:
        check_sound(duban)
        _check_nobody_works(duban)
        target = Database(url, chosen.chain)
        try:
            moved = move(duban.database, target)
            say(f"已搬 {len(moved)} 个表，共 {moved.total():,} 行；正在两边体检")
            _check_same(duban, Duban.on(target, chosen))
        finally:
            target.dispose()
    say("两边完全一致：历史、期限、消息、签字、日志")
    note("请把 DATABASE_URL 改成新的数据库再启动；附件仍在 DUBAN_DATA 里")


def _check_nobody_works(duban: "Duban") -> None:
    """What is written after the copy has begun would be lost."""
    from workflow.store.processes import known

    now = duban.clock()
    with duban.database.reading() as connection:
        running = [one.name for one in known(connection) if not one.is_silent(now)]
    if running:
        raise CommandFailed(f"还有进程在使用这个数据库：{'、'.join(running)}；请先停止它们")


def _check_same(here: "Duban", there: "Duban") -> None:
    """Examine both as of one moment: the same rows, the same chains, the same complaints."""
    from workflow.doctor import examine

    now = here.clock()
    ours = examine(here.database, here.catalog, now)
    theirs = examine(there.database, there.catalog, now)
    for what, one, other in (
        ("全库校验值", ours.root, theirs.root),
        ("行数", ours.figures, theirs.figures),
        ("体检结果", Counter(ours.complaints), Counter(theirs.complaints)),  # in any order
    ):
        if one != other:
            raise CommandFailed(f"两边的{what}不一致，请不要使用目标数据库")
