"""`duban outbox …`: holding and releasing messages, and what went out in a month."""

from contextlib import closing
from datetime import datetime
from typing import Annotated

import typer

from api.cli.saying import CommandFailed, say

app = typer.Typer(
    help="消息：暂停、放行（恢复备份以后先核对再放行），按月统计。", no_args_is_help=True
)

_TO_THE_MINUTE = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
_MONTH = typer.Argument(help="哪个月，如 2026-11", formats=["%Y-%m"])
_CASE = typer.Argument(help="事项的编号（网址里的数字），取它最近一条消息的内容")
_TEMPLATE = typer.Option("--template", help="模板：task、told、reminder、overdue、urged")
_PRICE = typer.Option("--price", help="短信每条多少元，如 0.045", min=0)
_DROP = typer.Option("--drop", help="恢复以前应发、可能已经发出的不再发送")
_DROP_BEFORE = typer.Option(
    "--drop-before",
    help="这一时刻以前应发的作废，如 '2026-11-28 09:30'",
    formats=_TO_THE_MINUTE,
)
_BEFORE = typer.Option("--before", help="只数这一时刻以前应发的", formats=_TO_THE_MINUTE)


@app.callback()
def outbox() -> None:
    """消息：暂停、放行（恢复备份以后先核对再放行），按月统计。"""


@app.command()
def show(before: Annotated[datetime | None, _BEFORE] = None) -> None:
    """显示消息是否暂停发送、为什么暂停、有多少条在等。"""
    from api.cli.installation import open_installation, settings
    from api.presenting.sending import in_words
    from api.presenting.wording import to_the_minute
    from workflow.store.outgoing import sending

    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        hold = sending.read(connection).hold
        now = duban.clock()
        say(in_words(hold) if hold else "消息正常发送")
        until = _in_shanghai(before) or now
        when = f"{to_the_minute(until)} 以前" if before else "到现在"
        say(f"{when}应发未发的有 {sending.waiting(connection, until)} 条")


@app.command("statement")
def month_by_unit(
    month: Annotated[datetime, _MONTH], price: Annotated[float | None, _PRICE] = None
) -> None:
    """按单位输出某月发出的邮件和短信（CSV）：duban outbox statement 2026-11。"""
    import csv
    import sys

    from api.cli.installation import open_installation, settings
    from api.presenting.statement import COST, HEADS, statement

    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        lines = statement(connection, month, price).lines
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow((*HEADS, *([] if price is None else [COST])))
    for one in lines:
        cost = [] if price is None else [one.cost]
        table.writerow((one.unit, one.way, one.letters, one.parts, one.people, *cost))


@app.command()
def preview(
    case: Annotated[int, _CASE],
    template: Annotated[str, _TEMPLATE] = "reminder",
    price: Annotated[float | None, _PRICE] = None,
) -> None:
    """用一件真实事项预览消息：邮件和短信的全文，短信计几条、多少钱。"""
    from api.cli.installation import open_installation, settings
    from notifications.channels import count_parts
    from notifications.channels.channel import Unsendable
    from notifications.previewing import NothingToPreview
    from notifications.previewing import preview as previewed
    from notifications.rendering import CannotRender, UnknownTemplate
    from notifications.ways import open_ways

    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        try:
            sms = open_ways(duban.database, duban.clock, **duban.settings.ways)["sms"]
            shown = previewed(connection, case, template, duban.settings.base_url, sms)
        except (NothingToPreview, UnknownTemplate, CannotRender, Unsendable) as error:
            raise CommandFailed(str(error)) from None
    mail, short = shown.mail, shown.short
    parts = count_parts(short)
    cost = "" if price is None else f"，{parts * price:.3f} 元"
    say(f"主题：{mail.subject}\n\n{mail.text}\n短信（计 {parts} 条{cost}）：{short}")


@app.command()
def hold() -> None:
    """暂停发送消息；应发的照常登记。"""
    from api.cli.installation import open_installation, settings
    from workflow.store.outgoing import sending

    with closing(open_installation(settings())) as duban:
        with duban.database.unit_of_work() as connection:
            if not sending.hold(connection, "asked", duban.clock()):
                raise CommandFailed("消息已经暂停发送")
    say("消息已暂停发送；放行用 duban outbox release")


@app.command()
def release(
    drop: Annotated[bool, _DROP] = False,
    drop_before: Annotated[datetime | None, _DROP_BEFORE] = None,
) -> None:
    """放行消息；加 --drop 或 --drop-before 的，恢复以前应发的作废，重新触发的到时提醒也算在内。"""
    from api.cli.installation import open_installation, settings
    from workflow.store.outgoing import sending

    with closing(open_installation(settings())) as duban:
        with duban.database.unit_of_work() as connection:
            hold = sending.read(connection).hold
            known = hold.sent_until if hold and drop else None
            until = _in_shanghai(drop_before) or known
            dropped = sending.release(connection, duban.clock(), drop_until=until)
    if dropped is None:
        raise CommandFailed("消息没有暂停，不必放行")
    say(f"消息已放行{f'，作废 {dropped} 条' if until else ''}")


def _in_shanghai(typed: datetime | None) -> datetime | None:
    from workflow.engine.calendar import ZONE

    return typed.replace(tzinfo=ZONE) if typed is not None else None
