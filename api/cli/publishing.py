"""What publishing a folder would change, in the words of the rule books."""

from collections.abc import Collection, Iterator
from pathlib import Path

from api.context import Duban
from api.presenting.handbook import changes_between
from api.presenting.wording import Names
from api.presenting.workflows import workflow_page
from workflow.engine.definition import Definition
from workflow.store import versions


def prospect(duban: Duban, folder: Path, notices: Collection[str]) -> Iterator[str]:
    """Line by line: of every workflow that would be published what it says anew, and how many cases
    go on as they began; then what else would be published.
    """
    new, others = duban.catalog.unpublished(folder, notices)
    before = {name: one.definition for name, one in duban.catalog.known().items()}
    names = Names(workflows={name: one.title for name, one in (before | new).items()})
    with duban.database.reading() as connection:
        under_way = versions.under_way(connection)
    for name, definition in new.items():
        yield f"{definition.title}（{name}）"
        if name in before:
            yield from _differences(before[name], definition, names)
            yield f"  正在办理的 {under_way.get(name, 0):,} 件仍按原版本办完"
        else:
            yield "  新的工作流程"
    if others:
        yield f"另有改动：{'、'.join(others)}"
    if not new and not others:
        yield "没有改动，无需发布"


def _differences(old: Definition, new: Definition, names: Names) -> Iterator[str]:
    changes = changes_between(workflow_page(old, 0, names), workflow_page(new, 0, names))
    for change in changes:
        yield f"  {change.section}"
        yield from (f"    原为 {sentence}" for sentence in change.removed)
        yield from (f"    现为 {sentence}" for sentence in change.added)
    if not changes:
        yield "  规则没有变化，只改了写法或说明"
