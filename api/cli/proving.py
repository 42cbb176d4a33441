"""Verbs that prove what happened: checkpoint, dump, redraw."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli.saying import CommandFailed, note, say

_FOLDER = typer.Option("--to", help="写到这个文件夹；不写则用 DUBAN_CHECKPOINTS 所设的")
_WHOLE = typer.Option("--whole", help="导出能单独使用的完整校验点，不接前一个")
_CASE = typer.Argument(help="事项的编号，如“督查〔2026〕3号”；不写则重抽全部", show_default=False)
_DUMP = typer.Argument(help="写到这个文件，每行一条记录（JSON）")


def checkpoint(
    to: Annotated[Path | None, _FOLDER] = None, whole: Annotated[bool, _WHOLE] = False
) -> None:
    """导出一个校验点：存到别处，以后可证明历史和日志没有被改动。"""
    from api import checkpoint_files
    from api.cli.installation import open_installation, settings

    with closing(open_installation(settings())) as duban:
        folder = to or duban.settings.checkpoints
        if folder is None:
            raise CommandFailed("请用 --to 写明文件夹，或设置 DUBAN_CHECKPOINTS")
        file = checkpoint_files.export(duban, folder, duban.clock(), whole=whole)
    say(f"已导出 {file}")


def dump(file: Annotated[Path, _DUMP]) -> None:
    """导出带校验值的历史和日志，供别处的 verify.py 对照校验点验证。"""
    import workflow.doctor
    from api.cli.installation import open_installation, settings
    from workflow.store.evidence import audit
    from workflow.store.evidence.audit import Act
    from workflow.store.evidence.dump import dump as lines_of
    from workflow.store.plain import dumps

    rows = 0
    with closing(open_installation(settings())) as duban:
        with duban.database.unit_of_work() as connection:
            act = Act("export", data={"what": "dump", "by": "command_line"})
            audit.record(connection, act, duban.clock())
        with duban.database.snapshot() as connection, file.open("w", encoding="utf-8") as opened:
            for line in lines_of(connection):
                opened.write(dumps(line) + "\n")
                rows += 1
    say(f"已导出 {rows} 行到 {file}")
    folder = Path(workflow.doctor.__file__).parent
    note(f"验证程序：{folder / 'verify.py'}，附件用 {folder / 'verify_files.py'}，都可单独复制使用")


def redraw(number: Annotated[str | None, _CASE] = None) -> None:
    """按历史中的种子和名单重新抽样，与当时抽中的比对。"""
    from api.cli.installation import open_installation, settings
    from workflow import lots
    from workflow.engine.errors import NotFound
    from workflow.store.casework import cases
    from workflow.store.casework.populations import cases_with_draws

    with closing(open_installation(settings())) as duban, duban.database.reading() as connection:
        found = cases_with_draws(connection, number)
        if number is not None and not found:
            raise NotFound(f"没有编号为“{number[:40]}”的事项，或它没有抽过样")
        records = [
            (case.number, record)
            for case in (cases.read_case(connection, id_)[0] for id_ in found)
            for record in lots.records_of(connection, duban.catalog, case)
        ]
    for case_number, record in records:
        taken = "、".join(row["name"] for row in record.taken)
        of = sum(len(one.units) for one in record.pool.strata)
        verdict = "重抽一致" if record.same else "✗ 重抽不一致"
        say(f"{case_number} 第 {record.seq} 行，{of} 个中抽中 {taken}：{verdict}")
    if differing := sum(not record.same for _, record in records):
        note(f"共 {differing} 次不一致")
        raise typer.Exit(1)
    say(f"共 {len(records)} 次抽样，全部一致")
