"""One word for one thing: what the glossary has another word for stands nowhere people read."""

from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "definitions", "notifications", "workflow")
KINDS = {".py", ".html", ".txt", ".md", ".yaml"}


def _instead() -> list[tuple[str, str]]:
    """Every word that is not said, with what is said instead of it."""
    lines = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("|")]
    return [(row[2], word) for row in rows[2:] for word in row[3].split("、") if word]


@cache
def _texts() -> dict[str, str]:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    read = [path for path in files if path.suffix in KINDS] + [ROOT / "README.zh-CN.md"]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in read}


def test_the_table_is_read() -> None:
    assert ("统一身份认证", "统一登录") in _instead()
    assert "api/pages/templates/case.html" in _texts()


@pytest.mark.parametrize(("said", "word"), _instead(), ids=[word for _, word in _instead()])
def test_one_word_is_said_for_one_thing(said: str, word: str) -> None:
    found = [name for name, text in _texts().items() if word in text.replace(said, "")]
    assert not found, f"{word}: {said}"
