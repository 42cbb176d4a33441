"""Texts that the system drafts for people to edit: templates in a definition over its tallies."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, nodes

from workflow.engine.definition import Definition
from workflow.engine.facts import LONGEST_TEXT
from workflow.engine.findings import Finding, found, nearest
from workflow.papers.reading import ENVIRONMENT

_ROOTS = ("unit", "period", "units", "today")
"""What every draft knows besides its tallies; documented in docs/language.md."""


def check_drafts(definition: Definition) -> Iterator[Finding]:
    """Every draft can be read, and speaks of tallies that are declared."""
    for name, fact in definition.facts.items():
        if fact.draft is None:
            continue
        path = ("facts", name, "draft")
        try:
            tree = ENVIRONMENT.parse(fact.draft)
        except TemplateSyntaxError as error:
            yield found("bad_template", path, said=error.message or "")
            continue
        for said, known in _unheard_of(tree, definition):
            yield found("unknown_in_template", path, nearest(said, known), name=said)


def _unheard_of(
    tree: nodes.Template, definition: Definition
) -> Iterator[tuple[str, tuple[str, ...]]]:
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} | {"loop"}
    tallies = tuple(definition.tallies)
    for node in tree.find_all(nodes.Name):
        if node.name not in own and node.name not in (*_ROOTS, "tallies", "cases"):
            yield node.name, (*_ROOTS, "tallies", "cases")
    for chain in tree.find_all(nodes.Getattr):
        root = chain.node
        if isinstance(root, nodes.Name) and root.name in ("tallies", "cases"):
            if chain.attr not in tallies:
                yield chain.attr, tallies


def drafted(text: str, values: Mapping[str, Any]) -> str:
    """The text that a draft makes of these values; empty where it cannot be made."""
    try:
        filled = ENVIRONMENT.from_string(text).render(values)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        return ""  # a form without a draft is better than no form
    lines = (line.strip() for line in filled.splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]
