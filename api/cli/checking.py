"""Verbs about definition files: check, schema, draw."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.saying import CommandFailed, note, say

if TYPE_CHECKING:
    from workflow.engine.definition import Definition

_PATH = typer.Argument(help="一个 .yaml 文件或一个文件夹；不写则检查随软件提供的工作流程")
_CHECK = typer.Option("--check", help="只比较 definitions/schema.json 是否最新")
_WORKFLOW = typer.Argument(help="工作流程的名称，或一个 .yaml 文件")
_OUTPUT = typer.Option("--output", "-o", help="写到这个文件；不写则输出到屏幕")


_MEASURES = (("indicators", "个指标文件"), ("scorecards", "张计分表"))
"""Folders beside the workflows, and what lies in them."""


def check(path: Annotated[Path | None, _PATH] = None) -> None:
    """检查工作流程定义：列出每一处错误及其文件、行、列。"""
    from workflow.folder import SHIPPED

    target = path or SHIPPED
    mistakes = [*_mistakes(target), *_unknown_variables()]
    for mistake in mistakes:
        say(mistake)
    if mistakes:
        note(f"共 {len(mistakes)} 处错误")
        raise typer.Exit(1)
    if target.is_file():
        say(f"{target.name} 没有错误")
        return
    files = len(list(target.glob("*.yaml")))
    measured = [f"{len(list(target.glob(f'{sub}/*.yaml')))} {word}" for sub, word in _MEASURES]
    say(f"{files} 个工作流程文件，{'，'.join(measured)}，没有错误")


def _unknown_variables() -> Iterator[str]:
    """What message templates ask for and no message has."""
    from notifications.rendering import unknown_variables

    for file, names in unknown_variables().items():
        yield f"notifications/templates/{file}: 没有这样的变量：{'、'.join(sorted(names))}"


def _mistakes(target: Path) -> Iterator[str]:
    """The mistakes of a file, or of all files of a folder; the file's are found in its folder."""
    from notifications.rendering import template_keys
    from workflow.folder import InvalidDefinitions, load_folder, load_measures

    folder = _folder_of(target)
    try:
        loaded = load_folder(folder, template_keys())
        load_measures(folder, {name: one for name, (one, _) in loaded.items()})
    except InvalidDefinitions as invalid:
        for refused in invalid.refused:
            if target == folder or target.name == refused.source:
                file = next(folder.rglob(refused.source), target)
                yield from (f"{file}:{mistake}" for mistake in refused.mistakes)
        others = {one.source for one in invalid.refused} - {target.name}
        if target != folder and others:
            note(f"同一文件夹另有 {len(others)} 个文件有错误，文件之间的引用这次没有检查")


def _folder_of(target: Path) -> Path:
    if target.is_dir():
        if not any(target.glob("*.yaml")):
            raise CommandFailed(f"{target} 里没有 .yaml 文件")
        return target
    if not target.is_file():
        raise CommandFailed(f"没有“{target}”这个文件或文件夹")
    if target.suffix != ".yaml":
        raise CommandFailed(f"“{target.name}”不是 .yaml 文件")
    beside = target.parent.name in dict(_MEASURES)  # these name the workflows one folder up
    return target.parent.parent if beside else target.parent


def schema(check: Annotated[bool, _CHECK] = False) -> None:
    """输出定义文件的 JSON Schema，供编辑器补全和检查。"""
    from workflow.folder import SHIPPED
    from workflow.schema import schema_text

    if not check:
        typer.echo(schema_text(), nl=False)
        return
    file = SHIPPED / "schema.json"
    if not file.is_file() or file.read_text(encoding="utf-8") != schema_text():
        raise CommandFailed(f"{file} 不是最新的，请运行 duban schema > {file}")
    say("schema.json 是最新的")


def draw(
    workflow: Annotated[str, _WORKFLOW], output: Annotated[Path | None, _OUTPUT] = None
) -> None:
    """把一个工作流程画成 SVG 流程图。"""
    from workflow import diagram

    svg = diagram.draw(_definition(workflow))
    if output is None:
        say(svg)
    else:
        output.write_text(svg + "\n", encoding="utf-8")
        note(f"已写入 {output}")


def _definition(workflow: str) -> "Definition":
    from workflow.folder import SHIPPED
    from workflow.yaml_text import read_definition

    file = Path(workflow) if workflow.endswith(".yaml") else SHIPPED / f"{workflow}.yaml"
    if not file.is_file():
        names = "、".join(sorted(path.stem for path in SHIPPED.glob("*.yaml")))
        raise CommandFailed(
            f"没有“{workflow}”这个工作流程；可写一个 .yaml 文件的路径，或随软件提供的 {names}"
        )
    return read_definition(file.read_text(encoding="utf-8"), str(file))
