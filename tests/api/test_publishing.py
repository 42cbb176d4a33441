"""`duban publish --preview`: what changed files change is read before they are published."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.publishing import prospect
from api.context import Duban
from notifications.rendering import template_keys
from tests.api.callers import ON_SQLITE
from tests.api.pages.stories import open_case
from tests.api.test_cli import duban as command
from tests.prefecture import NOW
from workflow.folder import SHIPPED, TEMPLATES

LEAVE = Path(__file__).parent / "pages" / "leave.yaml"
LIMIT = "    limit: 3 working days\n    ladder: intake\n"
"""Of what has just come into the ledger of problems."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped workflows: one with another limit, one only with a remark more, and a new one;
    beside them a template of a document that is worded anew.
    """
    changed = tmp_path / "changed"
    (changed / TEMPLATES).mkdir(parents=True)
    for path in SHIPPED.glob("*.yaml"):
        shutil.copy(path, changed)
    shutil.copy(LEAVE, changed)
    problems = changed / "rectification.yaml"
    text = problems.read_text(encoding="utf-8")
    assert text.count(LIMIT) == 1
    problems.write_text(text.replace(LIMIT, LIMIT.replace("3", "4")), encoding="utf-8")
    letter = f"{TEMPLATES}/urging_letter.yaml"
    shutil.copy(SHIPPED / letter, changed / letter)
    for name in ("urging.yaml", letter):
        with (changed / name).open("a", encoding="utf-8") as file:
            file.write("# printed anew\n")
    return changed


def told(duban: Duban, folder: Path) -> Iterator[str]:
    """What would be published."""
    return prospect(duban, folder, template_keys())


@ON_SQLITE
def test_what_would_change_is_said_in_the_words_of_the_rule_book(
    duban: Duban, folder: Path
) -> None:
    open_case(duban)
    assert list(told(duban, folder)) == [
        "请假（leave_request）",
        "  新的工作流程",
        "问题整改（rectification）",
        "  环节“已入问题台账”",
        "    原为 限期 3 个工作日",
        "    现为 限期 4 个工作日",
        "  正在办理的 1 件仍按原版本办完",
        "催办函（urging）",
        "  规则没有变化，只改了写法或说明",
        "  正在办理的 0 件仍按原版本办完",
        "另有改动：documents/urging_letter.yaml",
    ]
    new = ["leave_request", "rectification", "urging", "urging_letter"]
    assert duban.catalog.publish(folder, NOW, template_keys()) == new, "nothing was before"
    assert list(told(duban, folder)) == ["没有改动，无需发布"]


def test_the_command_line_only_looks(furnished: Path, folder: Path) -> None:
    for _ in range(2):
        done = command(furnished, "publish", str(folder), "--preview")
        assert (done.returncode, done.stderr) == (0, "")
        assert "    现为 限期 4 个工作日\n" in done.stdout
    done = command(furnished, "publish", "--preview")
    assert done.stdout == "没有改动，无需发布\n"
