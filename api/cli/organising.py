"""`duban org …`: units and people from files, people who come, leave and stand in, and what was
changed.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from api.cli import first_passwords, letting_in, reorganising
from api.cli.saying import note, say

if TYPE_CHECKING:
    from api.context import Duban
    from api.spreadsheets.org_lists import Which
    from workflow.organising import Organising
    from workflow.organising.lines import Report
    from workflow.store.offices.changes import Asked, Changed

app = typer.Typer(help="组织机构：导入、任职、代理、合并、撤销。")
reorganising.add_to(app)
first_passwords.add_to(app)
letting_in.add_to(app)

_FILE = typer.Argument(help="xlsx 或 CSV 文件；表头见 duban org template")
_APPLY = typer.Option("--apply", help="真正导入；不写则只预览逐行结果")
_COMPLETE = typer.Option("--complete", help="文件是全部名单：文件里没有的予以关闭")
_WHICH = typer.Argument(help="units（单位）、people（人员）或 deputies（副职和代理）")
_INTO = typer.Argument(help="写到哪个 xlsx 文件")
_WHO = typer.Argument(help="登录名")
_FOR = typer.Argument(help="代理谁：登录名")
_REASON = typer.Option(help="事由")
_DAY = ["%Y-%m-%d"]
_BEGINS = typer.Option("--from", help="从哪天起，如 2026-03-02；不写则现在", formats=_DAY)
_ENDS = typer.Option("--to", help="到哪天止（不含当天）；不写则不定截止日期", formats=_DAY)
_UNIT, _ROLE = typer.Option(help="单位编码"), typer.Option(help="岗位，如 liaison")
_CHANGE = typer.Argument(help="变更编号，见 duban org changes")
MOST_LISTED = 50

Apply = Annotated[bool, _APPLY]
Complete = Annotated[bool, _COMPLETE]
Begins = Annotated[datetime | None, _BEGINS]
Ends = Annotated[datetime | None, _ENDS]


@app.command()
def units(file: Annotated[Path, _FILE], apply: Apply = False, complete: Complete = False) -> None:
    """预览或导入单位名单。"""
    _listed("units", file, apply=apply, complete=complete)


@app.command()
def people(file: Annotated[Path, _FILE], apply: Apply = False, complete: Complete = False) -> None:
    """预览或导入人员名单，每行一人一岗。"""
    _listed("people", file, apply=apply, complete=complete)


@app.command()
def deputies(
    file: Annotated[Path, _FILE], apply: Apply = False, complete: Complete = False
) -> None:
    """预览或导入副职和代理名单，每行一人一岗。"""
    _listed("deputies", file, apply=apply, complete=complete)


def _listed(which: "Which", file: Path, *, apply: bool, complete: bool) -> None:
    from api.cli.installation import open_installation, settings
    from api.spreadsheets.org_import import report_on

    content = file.read_bytes()
    with closing(open_installation(settings())) as duban:
        report = report_on(duban, which, content, _asked(duban), complete=complete, take=False)
        _show(report)
        if report.counts["wrong"]:
            raise typer.Exit(1)
        if not apply:
            note("这是预览；加上 --apply 才会导入")
            return
        done = report_on(duban, which, content, _asked(duban), complete=complete, take=True)
    say(f"已导入，变更编号 {done.change}；撤销：duban org undo {done.change}")


def _show(report: "Report") -> None:
    from workflow.organising.lines import IN_WORDS

    for line in report.lines[:MOST_LISTED]:
        where = f"第 {line.row} 行" if line.row else "文件以外"
        say(f"{where}\t{IN_WORDS[line.verdict]}\t{line.what}\t{line.sentence}")
    if len(report.lines) > MOST_LISTED:
        say(f"……只列出前 {MOST_LISTED} 行")
    say(f"合计：{report.in_words()}")


@app.command()
def template(which: Annotated[str, _WHICH], into: Annotated[Path, _INTO]) -> None:
    """下载名单的模板。"""
    from api.spreadsheets.org_lists import list_called, template_of

    into.write_bytes(template_of(list_called(which)))
    say(f"模板已写到 {into}")


# People


@app.command()
def stand_in(
    who: Annotated[str, _WHO],
    for_whom: Annotated[str, _FOR],
    reason: Annotated[str, _REASON],
    begins: Begins = None,
    ends: Ends = None,
) -> None:
    """某人代理另一人的岗位。"""
    with _changing() as (organising, asked, find):
        period = {"begins": _local(begins), "ends": _local(ends)}
        pair = {"person": find.person(who), "stands_for": find.person(for_whom)}
        _say(organising.substitute(asked, **pair, reason=reason, **period))


@app.command()
def appoint(
    who: Annotated[str, _WHO],
    unit: Annotated[str, _UNIT],
    role: Annotated[str, _ROLE],
    title: Annotated[str | None, typer.Option(help="职务；不写与岗位相同")] = None,
    begins: Begins = None,
) -> None:
    """某人任职：接手空缺的岗位，没有这个岗位则新设。"""
    with _changing() as (organising, asked, find):
        post = {"unit": find.unit(unit), "role": role, "title": title}
        _say(organising.appoint(asked, person=find.person(who), **post, begins=_local(begins)))


@app.command()
def leave(
    who: Annotated[str, _WHO],
    reason: Annotated[str, _REASON] = "",
    ends: Ends = None,
) -> None:
    """某人离任：所任、所代理的岗位都到此为止。"""
    with _changing() as (organising, asked, find):
        _say(organising.end(asked, person=find.person(who), ends=_local(ends), reason=reason))


@app.command()
def rename(
    unit: Annotated[str, typer.Argument(help="单位编码")],
    name: Annotated[str, typer.Argument(help="新的全称")],
    short_name: Annotated[str, typer.Argument(help="新的简称")],
) -> None:
    """单位更名；以前的记录仍用当时的名称。"""
    with _changing() as (organising, asked, find):
        _say(organising.rename(asked, unit=find.unit(unit), name=name, short_name=short_name))


# Changes


@app.command()
def changes() -> None:
    """列出最近的变更。"""
    from api.cli.installation import open_installation, settings
    from api.presenting.wording import to_the_minute
    from workflow.store.offices.changes import list_changes

    with (
        closing(open_installation(settings())) as duban,
        duban.database.reading() as connection,
    ):
        rows = list_changes(connection, limit=MOST_LISTED)
    for row in rows:
        undone = f"\t已由 {row['undone_by']} 撤销" if row["undone_by"] else ""
        say(f"{row['id']}\t{to_the_minute(row['at'])}\t{row['sentence']}{undone}")


@app.command()
def undo(change: Annotated[int, _CHANGE]) -> None:
    """撤销一次变更；之后的记录以它为依据的，不能撤销。"""
    with _changing() as (organising, asked, _):
        _say(organising.undo(asked, change))


class _Finder:
    """People by login name and units by code."""

    def __init__(self, duban: "Duban") -> None:
        self._database = duban.database

    def person(self, username: str) -> int:
        """The id; raises NotFound."""
        from workflow.store.people import accounts

        with self._database.reading() as connection:
            return accounts.person_by_username(connection, username)

    def unit(self, code: str) -> int:
        """The id; raises NotFound."""
        from workflow.store.offices.organisation import unit_by_code

        with self._database.reading() as connection:
            return unit_by_code(connection, code)


@contextmanager
def _changing() -> Iterator[tuple["Organising", "Asked", _Finder]]:
    from api.cli.installation import open_installation, settings
    from workflow.organising import Organising

    with closing(open_installation(settings())) as duban:
        yield Organising(duban.database), _asked(duban), _Finder(duban)


def _asked(duban: "Duban") -> "Asked":
    from workflow.store.offices.changes import Asked

    return Asked(uuid4().hex, duban.clock())


def _say(done: "Changed") -> None:
    say(f"{done.sentence}（变更编号 {done.id}）")


def _local(day: datetime | None) -> datetime | None:
    """The beginning of a day in Shanghai."""
    from workflow.engine.calendar import ZONE

    return day.replace(tzinfo=ZONE) if day is not None else None
