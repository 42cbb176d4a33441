"""`duban org merge|move|dissolve`: units that merge, move or are no more; first a preview."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from api.cli.saying import note, say

if TYPE_CHECKING:
    from workflow.organising.reorganising import Kind, Prospect

_UNIT = typer.Argument(help="单位编码")
_PREVIEW = typer.Option("--preview", help="只预览结果，不作改动")

Unit = Annotated[str, _UNIT]
Preview = Annotated[bool, _PREVIEW]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of `duban org`."""
    for command in (merge, move, dissolve):
        app.command()(command)


def merge(
    unit: Unit,
    into: Annotated[str, typer.Argument(help="并入哪个单位：编码")],
    preview: Preview = False,
) -> None:
    """一个单位并入另一个：未办结事项随之转去，办结的由承接单位查阅。"""
    _reorganise("merge", preview, unit=unit, into=into)


def move(
    unit: Unit,
    parent: Annotated[str, typer.Argument(help="划归哪个上级：编码")],
    preview: Preview = False,
) -> None:
    """单位连同下级划归另一上级：未办结事项由新的主管、督办单位接办。"""
    _reorganise("move", preview, unit=unit, parent=parent)


def dissolve(unit: Unit, preview: Preview = False) -> None:
    """撤销没有未办结事项的单位；有的，请用 merge 指明承接单位。"""
    _reorganise("dissolve", preview, unit=unit)


def _reorganise(kind: "Kind", preview: bool, **codes: str) -> None:
    from api.cli.installation import open_installation, settings
    from workflow.organising import Organising
    from workflow.store.offices.changes import Asked
    from workflow.store.offices.organisation import unit_by_code

    with closing(open_installation(settings())) as duban:
        organising, now = Organising(duban.database), duban.clock()
        with duban.database.reading() as connection:
            units = {name: unit_by_code(connection, code) for name, code in codes.items()}
        seen = organising.preview(kind, now, **units)
        _show(seen)
        if seen.refused:
            raise typer.Exit(1)
        if preview:
            note("这是预览；去掉 --preview 才会办理")
            return
        done = getattr(organising, kind)(Asked(uuid4().hex, now), **units)
    say(f"{done.sentence}（变更编号 {done.id}）；事项由后台逐批跟进")


def _show(seen: "Prospect") -> None:
    if seen.refused:
        say(f"不能办理：{seen.refused}")
        return
    say(f"{seen.sentence}：涉及事项 {seen.cases:,} 件，其中未办结 {seen.open_cases:,} 件")
    for title, posts in (("随之转去的任职", seen.carried), ("到此为止、请另行任命", seen.ended)):
        for post in posts:
            say(f"{title}\t{post}")
