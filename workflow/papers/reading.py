"""Files of templates to templates, every mistake at its line; and what a template speaks of."""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import ValidationError

from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition
from workflow.engine.findings import Finding, found, nearest, unknown
from workflow.engine.parsing import placed
from workflow.engine.sayings import findings_of, keys_of
from workflow.papers.template import TableItem, Template, items_of, texts_of
from workflow.yaml_text import read_yaml

ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
"""Lines stay lines: a paragraph that ends with a block is not joined to the next one."""

ROOTS: Mapping[str, tuple[str, ...]] = {
    "case": (
        "number", "headline", "state", "workflow", "opened", "due", "days_left", "days_over",
        "cycle", "marks",
    ),
    "parent": ("number", "headline", "state", "workflow", "opened", "due", "days_left",
               "days_over", "cycle", "marks", "facts", "times"),
    "issuer": (), "level": (), "to": (), "copies": (), "today": (), "year": (), "actor": (),
    "times": (),
}  # fmt: skip
"""The words that every template knows, with their members; documented in docs/language.md."""


def read_folder(folder: Path) -> tuple[dict[str, tuple[Template, str]], list[InvalidDefinition]]:
    """Every template of a folder with its text, and what is wrong with the others."""
    read: dict[str, tuple[Template, str]] = {}
    refused: list[InvalidDefinition] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
            template = read_template(text, f"{folder.name}/{path.name}")
            read[template.document] = (template, text)
        except InvalidDefinition as error:
            refused.append(error)
    return read, refused


def read_template(text: str, source: str) -> Template:
    """The template in `text`; raises InvalidDefinition with all that is wrong with it."""
    try:
        return _once(text)
    except InvalidDefinition as error:
        raise InvalidDefinition(source, error.mistakes) from None


@lru_cache(maxsize=256)
def _once(text: str) -> Template:
    """Whoever publishes a folder reads the shipped templates as well, and a text never changes."""
    document = read_yaml(text, "")
    try:
        template = Template.model_validate(document.tree)
        findings = list(_unwritable(template))
    except ValidationError as refused:
        findings = [one for error in refused.errors() for one in _findings_of(error)]
    if findings:
        mistakes = [placed(finding, document.places) for finding in findings]
        raise InvalidDefinition("", list(dict.fromkeys(mistakes)))
    return template


def _findings_of(error: object) -> Iterator[Finding]:
    loc = tuple(error["loc"])  # type: ignore[index]
    kind = error["type"]  # type: ignore[index]
    if kind == "extra_forbidden":
        yield found("unknown_key", loc, nearest(str(loc[-1]), keys_of(Template)), name=loc[-1])
    else:
        yield from findings_of(error)  # type: ignore[arg-type]


def _unwritable(template: Template) -> Iterator[Finding]:
    for text in texts_of(template):
        try:
            ENVIRONMENT.parse(text)
        except TemplateSyntaxError as error:
            yield found("bad_template", _path_of(template, text), said=error.message or "")


def _path_of(template: Template, text: str) -> tuple[str | int, ...]:
    """Where a text of the template stands, to the item of the body."""
    for key in ("title", "mark", "signer", "addressed"):
        if getattr(template, key) == text:
            return (key,)
    for at, item in enumerate(template.body):
        alone = {"body": (item,), "attachments": (), "annexes": ()}
        if text in texts_of(template.model_copy(update=alone))[4:]:
            return ("body", at)
    return ("attachments",) if text in template.attachments else ("annexes",)


# What a definition's documents ask of their templates


def check_templates(definition: Definition, templates: Mapping[str, Template]) -> Iterator[Finding]:
    """Every document has a template, which speaks of nothing that the case does not know."""
    for name, paper in definition.documents.items():
        path = ("documents", name)
        wanted = paper.template or name
        where = (*path, "template") if paper.template else path
        yield from unknown("unknown_template", where, wanted, templates)
        if wanted in templates:
            for said in _unheard_of(templates[wanted], definition):
                yield found("unknown_in_template", where, f"模板 {wanted}", name=said)


def _unheard_of(template: Template, definition: Definition) -> Iterator[str]:
    """What a template speaks of that a case of this definition does not know."""
    members: dict[str, Collection[str]] = {
        **ROOTS,
        "facts": definition.facts,
        "titles": definition.facts,
        "parties": definition.parties,
        "signed": definition.sign_offs,
        "counts": definition.counts,
    }
    seen = set[str]()
    for text in texts_of(template):
        tree = ENVIRONMENT.parse(text)
        own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} | {"loop"}
        for node in tree.find_all(nodes.Name):
            if node.name not in own and node.name not in members:
                seen.add(node.name)
        for chain in tree.find_all(nodes.Getattr):
            root = chain.node
            if isinstance(root, nodes.Name) and members.get(root.name):
                if chain.attr not in members[root.name]:
                    seen.add(f"{root.name}.{chain.attr}")
            elif isinstance(root, nodes.Name) and root.name in ("signed", "counts"):
                seen.add(f"{root.name}.{chain.attr}")
    for item in items_of(template):
        fact = definition.facts.get(item.table) if isinstance(item, TableItem) else None
        if isinstance(item, TableItem) and (fact is None or fact.type != "table"):
            seen.add(item.table)
    yield from sorted(seen)
