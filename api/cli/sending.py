"""`duban outbox …`: holding and releasing messages, and what went out in a month."""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Annotated

import typer

from api.cli.saying import CommandFailed, say

app = typer.Typer(
    help="消息：暂停、放行（恢复备份以后先核对再放行），按月统计。", no_args_is_help=True
)

_MONTH = typer.Argument(help="哪个月，如 2026-11", formats=["%Y-%m"])
_DROP = typer.Option("--drop", help="恢复以前应发、可能已经发出的不再发送")


@app.callback()
def outbox() -> None:
    """消息：暂停、放行（恢复备份以后先核对再放行），按月统计。"""


@app.command()
def show() -> None:
    """显示消息是否暂停发送、为什么、有多少条在等。"""
    from api.cli.installation import open_installation, settings
    from api.presenting.sending import in_words
    from workflow.store import sending

    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        hold = sending.read(connection).hold
        now = duban.clock()
        say(in_words(hold) if hold else "消息正常发送")
        say(f"到现在应发未发的有 {sending.waiting(connection, now)} 条")


@app.command()
def statement(month: Annotated[datetime, _MONTH]) -> None:
    """按单位输出某月发出的邮件和短信（CSV）：duban outbox statement 2026-11。"""
    import csv
    import sys

    from api.cli.installation import open_installation, settings
    from api.presenting.message_story import way_in_words
    from workflow.engine.calendar import ZONE
    from workflow.store import burden, queries

    since = month.replace(tzinfo=ZONE)
    until = (since + timedelta(days=31)).replace(day=1)
    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        found = burden.carried(connection, since, until)
        names = queries.unit_names(connection, {one.unit for one in found})
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("单位", "方式", "条数", "短信计费条数", "收件人数"))
    for one in found:
        parts = one.parts if one.way == "sms" else ""
        way = way_in_words(one.way)
        table.writerow((names[one.unit], way, one.messages, parts, one.people))


@app.command()
def hold() -> None:
    """暂停发送消息；应发的照常登记。"""
    from api.cli.installation import open_installation, settings
    from workflow.store import sending

    with closing(open_installation(settings())) as duban:
        with duban.database.unit_of_work() as connection:
            if not sending.hold(connection, "asked", duban.clock()):
                raise CommandFailed("消息已经暂停发送")
    say("消息已暂停发送；放行用 duban outbox release")


@app.command()
def release(drop: Annotated[bool, _DROP] = False) -> None:
    """放行消息；--drop 时，恢复以前应发的作废。"""
    from api.cli.installation import open_installation, settings
    from workflow.store import sending

    with closing(open_installation(settings())) as duban:
        with duban.database.unit_of_work() as connection:
            dropped = sending.release(connection, duban.clock(), drop=drop)
    if dropped is None:
        raise CommandFailed("消息没有暂停，不必放行")
    say(f"消息已放行{f'，作废 {dropped} 条' if drop else ''}")
