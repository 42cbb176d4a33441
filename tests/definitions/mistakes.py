"""A definition to spoil, the shipped ones, and what reading a spoilt one finds."""

from pathlib import Path

from workflow.engine.errors import InvalidDefinition, Mistake
from workflow.yaml_text import read_definition

HERE = Path(__file__).parent
REPAIR = (HERE / "repair.yaml").read_text(encoding="utf-8")
SHIPPED = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((HERE.parents[1] / "definitions").glob("*.yaml"))
}


def mistakes_of(text: str) -> list[Mistake]:
    try:
        read_definition(text, "repair.yaml")
    except InvalidDefinition as error:
        return error.mistakes
    return []


def told(text: str) -> list[tuple[str, str]]:
    return [(mistake.code, mistake.path) for mistake in mistakes_of(text)]


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} must stand once"
        text = text.replace(old, new)
    return text
