"""Files of indicators and scorecards to models, or every mistake in them with line and column."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition
from workflow.engine.findings import Finding, found
from workflow.engine.model import Model
from workflow.engine.parsing import placed
from workflow.engine.sayings import findings_of
from workflow.measuring.checks import check_indicators, check_scorecard
from workflow.measuring.model import Indicator, Indicators, Scorecard
from workflow.yaml_text import Document, read_file, read_yaml

M = TypeVar("M", bound=Model)

INDICATORS, SCORECARDS = "indicators", "scorecards"
"""The folders in which the two kinds of file lie."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Indicators by name, and scorecards by key, with the text of each file by kind and key."""

    lists: Mapping[str, Indicators] = field(default_factory=dict)
    scorecards: Mapping[str, Scorecard] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every indicator by name, whichever list it stands in."""
        return {name: item for one in self.lists.values() for name, item in one.items.items()}


def read_folder(
    folder: Path, definitions: Mapping[str, Definition]
) -> tuple[Measures, list[InvalidDefinition]]:
    """What a folder's files say, and those that are refused."""
    refused: list[InvalidDefinition] = []
    texts: dict[tuple[str, str], str] = {}
    lists: dict[str, Indicators] = {}
    cards: dict[str, Scorecard] = {}
    known: dict[str, Indicator] = {}
    for path in sorted((folder / INDICATORS).glob("*.yaml")):
        try:
            one, text = read_indicators(read_file(path), path.name, known), read_file(path)
        except InvalidDefinition as error:
            refused.append(error)
            continue
        lists[one.indicators], texts[INDICATORS, one.indicators] = one, text
        known |= one.items
    for path in sorted((folder / SCORECARDS).glob("*.yaml")):
        try:
            card = read_scorecard(read_file(path), path.name, known, definitions)
        except InvalidDefinition as error:
            refused.append(error)
            continue
        cards[card.key], texts[SCORECARDS, card.key] = card, read_file(path)
    return Measures(lists, cards, texts), refused


def read_indicators(
    text: str, source: str, known: Mapping[str, Indicator] | None = None
) -> Indicators:
    """The indicators in a text; raises InvalidDefinition. `known` are those of other files."""
    document = read_yaml(text, source)
    one = _shaped(Indicators, document)
    twice = (
        found("name_twice", ("items", name), name=name, where="另一个指标文件")
        for name in one.items
        if name in (known or {})
    )
    _refuse(document, [*check_indicators(one), *twice])
    return one


def read_scorecard(
    text: str,
    source: str,
    indicators: Mapping[str, Indicator],
    definitions: Mapping[str, Definition],
) -> Scorecard:
    """The scorecard in a text; raises InvalidDefinition."""
    document = read_yaml(text, source)
    card = _shaped(Scorecard, document)
    _refuse(document, check_scorecard(card, indicators, definitions))
    return card


def as_published(kind: str, text: str, source: str) -> Indicators | Scorecard:
    """What was published, which was checked when it was."""
    document = read_yaml(text, source)
    if kind == INDICATORS:
        return _shaped(Indicators, document)
    return _shaped(Scorecard, document)


def _shaped(model: type[M], document: Document) -> M:
    """The file as a model; raises InvalidDefinition with every mistake of shape."""
    try:
        return model.model_validate(document.tree)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        _refuse(document, _said(model, errors))
        raise


def _said(model: type[Model], errors: Iterable[object]) -> Iterator[Finding]:
    for error in errors:
        yield from findings_of(error, model)  # type: ignore[arg-type]


def _refuse(document: Document, findings: Iterable[Finding]) -> None:
    """Raise InvalidDefinition if there is anything to say against a file."""
    mistakes = [placed(finding, document.places) for finding in dict.fromkeys(findings)]
    if mistakes:
        raise InvalidDefinition(document.source, mistakes)
