"""A folder of definitions as it is read before anything of it is published: workflows with the
templates of their documents, indicators and scorecards, and all that is wrong with them.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from workflow.engine.checks.parts import events, rungs
from workflow.engine.checks.states import check_publicity
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition
from workflow.engine.findings import Finding, unknown
from workflow.engine.links import check_links
from workflow.engine.parsing import placed
from workflow.measuring.reading import INDICATORS, SCORECARDS, Measures
from workflow.measuring.reading import read_folder as read_measures
from workflow.papers.drafts import check_drafts
from workflow.papers.reading import check_templates
from workflow.papers.reading import read_folder as read_templates
from workflow.papers.template import Template
from workflow.yaml_text import read_definition, read_file, read_yaml

SHIPPED = Path(__file__).parents[1] / "definitions"
TEMPLATES = "documents"
"""The folder of templates beside the workflows that use them."""


def load_folder(
    folder: Path, notices: Collection[str] | None = None
) -> dict[str, tuple[Definition, str]]:
    """Every workflow of a folder with its text; raises InvalidDefinitions with the mistakes of all.

    What the files say of each other is looked at once each of them is right by itself. `notices`
    are the message templates there are; None where nobody knows them. Templates of documents are
    those of the folder, and those shipped.
    """
    loaded: dict[str, tuple[Definition, str]] = {}
    files: dict[str, Path] = {}
    templates, refused = load_templates(folder)
    for path in _files(folder):
        try:
            text = read_file(path)
            definition = read_once(text, path.name)
        except InvalidDefinition as error:
            refused.append(error)
            continue
        loaded[definition.workflow] = (definition, text)
        files[definition.workflow] = path
    if not refused:
        definitions = {name: definition for name, (definition, _) in loaded.items()}
        known = {name: template for name, (template, _) in templates.items()}
        refused += _unlinked(definitions, files, notices, known)
    if refused:
        raise InvalidDefinitions(refused)
    return loaded


@lru_cache(maxsize=256)
def _once(text: str) -> Definition:
    """The definition in a text. Reading one takes some 50 ms, and a text never changes: one that is
    published, then served, is read once a process.
    """
    return read_definition(text, "")


def read_once(text: str, source: str) -> Definition:
    """The definition in a text, read once a process; raises InvalidDefinition, which names `source`
    and the mistakes.
    """
    try:
        return _once(text)
    except InvalidDefinition as error:
        raise InvalidDefinition(source, error.mistakes) from None


def files_of(folder: Path) -> Iterator[Path]:
    """Every file that publishing a folder publishes: its own, and the templates shipped."""
    own = (folder / name for name in (TEMPLATES, INDICATORS, SCORECARDS))
    for one in (folder, *own, SHIPPED / TEMPLATES):
        yield from _files(one)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def load_measures(folder: Path, definitions: Mapping[str, Definition]) -> Measures:
    """The indicators and scorecards of a folder; raises InvalidDefinitions with all mistakes.

    `definitions` are the workflows that scorecards may name.
    """
    read, refused = read_measures(folder, definitions)
    if refused:
        raise InvalidDefinitions(refused)
    return read


def load_templates(
    folder: Path,
) -> tuple[dict[str, tuple[Template, str]], list[InvalidDefinition]]:
    """The templates of documents for the workflows of a folder, and the files refused; a folder's
    own stand before those shipped.
    """
    shipped, wrong = read_templates(SHIPPED / TEMPLATES)
    if folder.resolve() == SHIPPED:
        return shipped, wrong
    own, refused = read_templates(folder / TEMPLATES)
    return shipped | own, wrong + refused


class InvalidDefinitions(InvalidDefinition):
    """Several files are refused; `refused` has one InvalidDefinition each."""

    def __init__(self, refused: list[InvalidDefinition]) -> None:
        self.refused = refused
        super().__init__(refused[0].source, [m for one in refused for m in one.mistakes])

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.refused)


def _unlinked(
    definitions: Mapping[str, Definition],
    files: Mapping[str, Path],
    notices: Collection[str] | None,
    templates: Mapping[str, Template],
) -> Iterator[InvalidDefinition]:
    links = check_links(definitions)
    for name, definition in definitions.items():
        findings = [*links.get(name, ()), *_check_notices(definition, notices)]
        findings += [*check_templates(definition, templates), *check_drafts(definition)]
        findings += check_publicity(definition)
        if findings:
            document = read_yaml(read_file(files[name]), files[name].name)
            mistakes = [placed(finding, document.places) for finding in findings]
            yield InvalidDefinition(document.source, mistakes)


def _check_notices(definition: Definition, notices: Collection[str] | None) -> Iterator[Finding]:
    """Every notice a definition names has a template."""
    if notices is None:
        return
    named = [(path, rung.notice) for path, rung in rungs(definition)]
    named += [(path, event.notice) for path, event, _ in events(definition)]
    for path, notice in named:
        if notice is not None:
            yield from unknown("unknown_notice", (*path, "notice"), notice, notices)
