"""`duban backfill`: take over an office's own ledger (补录), as whoever answers for it."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from api.cli.saying import note, say

if TYPE_CHECKING:
    from api.spreadsheets.past_import import Looked

_FILE = typer.Argument(help="xlsx 或 CSV 文件，单位原有的台账")
_WORKFLOW = typer.Option(help="补录到哪个工作流程")
_PERSON = typer.Option("--person", help="谁补录：登录名；以他的岗位、他的名义")
_READING = typer.Option(help="各列怎么对应的 JSON 文件；不写则由系统识别")
_KEEP = typer.Option(help="把各列的对应写到哪个 JSON 文件，改好以后再用 --reading")
_APPLY = typer.Option("--apply", help="真正补录；不写则只逐行检查")


def backfill(
    file: Annotated[Path, _FILE],
    person: Annotated[str, _PERSON],
    workflow: Annotated[str, _WORKFLOW],
    reading: Annotated[Path | None, _READING] = None,
    keep: Annotated[Path | None, _KEEP] = None,
    apply: Annotated[bool, _APPLY] = False,
) -> None:
    """逐行检查或补录单位原有的台账，从现在的环节接着办。"""
    from api.cli.installation import open_installation, settings
    from api.spreadsheets.past_columns import Reading
    from api.spreadsheets.past_import import look, open_ledger, take_over
    from workflow.store.offices.organisation import actor_of
    from workflow.store.people.accounts import person_by_username

    how = Reading.of(json.loads(reading.read_text(encoding="utf-8"))) if reading else None
    with closing(open_installation(settings())) as duban:
        with duban.database.reading() as connection:
            who = person_by_username(connection, person)
            actor = actor_of(connection, who, duban.clock())
        ledger = open_ledger(duban, actor, workflow, file.name, file.read_bytes())
        looked = look(duban, actor, workflow, ledger, how)
        _show(looked)
        if keep is not None:
            kept = json.dumps(looked.reading.as_dict(), ensure_ascii=False, indent=2)
            keep.write_text(kept + "\n", encoding="utf-8")
        if not looked.ready:
            raise typer.Exit(1)
        if not apply:
            note("这是检查；加上 --apply 才会补录")
            return
        made = take_over(duban, actor, workflow, ledger, looked, f"backfill {uuid4()}")
    say(f"已补录 {len(made)} 件，{made[0].number} 至 {made[-1].number}")


def _show(looked: "Looked") -> None:
    for head, example in looked.heads:
        say(f"{head}\t{looked.reading.columns.get(head, '（不要）')}\t{example}")
    for problem in looked.problems:
        say(f"✗ {problem}")
    for row in looked.rows:
        for column, sentence in row.errors.items():
            say(f"第 {row.row} 行\t{column}\t{sentence}")
        for sentence in row.left_out:
            say(f"第 {row.row} 行\t{sentence}")
    if looked.skipped:
        say(f"只有一格有内容的行不算：第 {'、'.join(map(str, looked.skipped[:20]))} 行")
    if looked.pictures.elsewhere:
        say(f"不在任何一行里的图片：{looked.pictures.elsewhere} 张，没有收下")
    if looked.pictures.unplaced:
        say(looked.pictures.unplaced)
    pictures = f"，照片 {looked.pictures.many} 张" if looked.pictures.many else ""
    say(f"合计：{len(looked.rows)} 行，有误 {looked.wrong} 行{pictures}")
