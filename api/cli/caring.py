"""Verbs to look after an installation: migrate, publish, notice, backup, doctor, version."""

import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli.saying import note, say

_FOLDER = typer.Argument(help="工作流程文件所在的文件夹；不写则发布随软件提供的")
_PREVIEW = typer.Option("--preview", help="只说会改什么，不发布")
_YEAR = typer.Argument(help="哪一年的放假通知，例如 2027", metavar="YEAR")
_FILE = typer.Argument(help="通知的内容：.yaml 或 .csv 文件，写法见 definitions/sample/")
_ROOT = typer.Option("--root", help="只输出全库校验值，可另处保存，以后对照")
_AGAINST = typer.Option("--against", help="对照这些校验点（文件或文件夹，可写多次）")
_BACKUP = typer.Argument(help="写到这个新文件")


def migrate() -> None:
    """把数据库结构更新到本版本。"""
    from api.cli.installation import settings
    from api.clock import system_clock
    from api.sealing_key import sealer_of
    from workflow.store import schema
    from workflow.store.database import Database
    from workflow.store.people.sealing import seal_all

    chosen = settings()
    chosen.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(chosen.database_url, chosen.chain)
    try:
        schema.migrate(database, system_clock())
        sealer = sealer_of(chosen.secrets_key, database)
        with database.unit_of_work() as connection:
            sealed = seal_all(connection, sealer)
    finally:
        database.dispose()
    say("数据库结构已是最新")
    if sealed:
        say(f"已用 {chosen.secrets_key} 封存 {sealed:,} 人的二次验证；请把这个文件与数据库分开备份")


def publish(
    folder: Annotated[Path | None, _FOLDER] = None, preview: Annotated[bool, _PREVIEW] = False
) -> None:
    """发布工作流程的新版本；正在办理的事项仍按原版本办完。"""
    from api.cli.installation import open_installation, settings
    from api.cli.publishing import prospect
    from notifications.rendering import template_keys
    from workflow.folder import SHIPPED

    chosen, notices = folder or SHIPPED, template_keys()
    with closing(open_installation(settings())) as duban:
        if preview:
            for line in prospect(duban, chosen, notices):
                say(line)
            return
        published = duban.catalog.publish(chosen, duban.clock(), notices)
    say(f"已发布：{'、'.join(published)}" if published else "没有改动，无需发布")


def notice(year: Annotated[int, _YEAR], file: Annotated[Path, _FILE]) -> None:
    """录入一年的国务院放假通知，并重新推算受影响的期限。"""
    from api.cli.installation import open_installation, settings
    from api.notice_file import read_notice
    from workflow import timers

    entered = read_notice(file, year)
    with closing(open_installation(settings())) as duban:
        known = duban.catalog.calendar.notices if duban.catalog.calendars else {}
        if known.get(year) == entered:
            say(f"{year} 年的放假通知已经录入，内容相同")
            return
        timers.enter_notice(duban.database, duban.catalog, entered, duban.clock())
        changed = timers.recalculate(duban.database, duban.catalog, duban.clock())
    days = f"放假 {len(entered.rest)} 天，调休上班 {len(entered.work)} 天"
    say(f"已录入 {year} 年放假通知：{days}；重新推算了 {changed} 件事项的期限")


def backup(file: Annotated[Path, _BACKUP]) -> None:
    """备份 SQLite 数据库，其间照常办理。

    得到同一时刻的完整一份，写成一个新文件；PostgreSQL 用 pg_dump。
    """
    from api.cli.installation import settings
    from workflow.store.backup import back_up
    from workflow.store.database import Database

    chosen = settings()
    database = Database(chosen.database_url, chosen.chain)
    try:
        back_up(database, file)
    finally:
        database.dispose()
    say(f"已备份到 {file}")
    note(f"附件不在其中，请随后复制 {chosen.data / 'files'}；密钥文件请与备份分开保存")


def doctor(
    root: Annotated[bool, _ROOT] = False, against: Annotated[list[Path] | None, _AGAINST] = None
) -> None:
    """体检：验证历史、期限、消息、签字是否前后一致。"""
    from api.checkpoint_files import key_of
    from api.cli.figures import report_lines
    from api.cli.installation import open_installation, settings
    from api.presenting.sending import held_in_words
    from workflow.doctor import examine
    from workflow.doctor.against import compare
    from workflow.doctor.verify import read_files
    from workflow.store.evidence import examinations

    with closing(open_installation(settings())) as duban:
        began, now = time.monotonic(), duban.clock()
        with duban.database.reading() as connection:
            held = held_in_words(connection, now)
        if held and not root:
            note(held)  # not a fault of the data, but somebody must end it
        report = examine(duban.database, duban.catalog, now, duban.files)
        with duban.database.unit_of_work() as connection:
            examinations.keep(connection, report.verdict(now, time.monotonic() - began))
        with duban.database.snapshot() as connection:
            changed = compare(connection, read_files(against)[1], key_of(duban)) if against else []
    for line in [report.root] if root else report_lines(report):
        say(line)
    for finding in changed:
        say(f"  ✗ 与校验点不符：{finding}")
    if against and not changed:
        say("与校验点一致")
    if not report.clean or changed:
        note(f"共 {len(report.complaints) + len(changed)} 处不符")
        raise typer.Exit(1)


def version() -> None:
    """显示版本。"""
    from importlib.metadata import version as version_of

    say(f"duban {version_of('duban')}")
