"""The workflows in force: reads definition files, refuses bad ones, keeps every published version.

A case keeps the version it was opened with (design, law 7); a changed file is a new version.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from workflow.engine.calendar import Calendar
from workflow.engine.checks.parts import events, rungs
from workflow.engine.definition import Definition
from workflow.engine.errors import InvalidDefinition, NotFound
from workflow.engine.findings import Finding, nearest, short, unknown
from workflow.engine.links import check_links
from workflow.engine.machine import Compiled
from workflow.engine.parsing import placed
from workflow.measuring.reading import INDICATORS, SCORECARDS, Measures, read_folder
from workflow.papers.drafts import check_drafts
from workflow.papers.reading import check_templates, read_template
from workflow.papers.reading import read_folder as read_templates
from workflow.papers.template import Template
from workflow.store import versions
from workflow.store.calendars import read_calendars
from workflow.store.casework import documents
from workflow.store.database import Database
from workflow.store.evidence import published
from workflow.store.measuring import measures
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
            definition = _read(text, path.name)
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


def _read(text: str, source: str) -> Definition:
    try:
        return _once(text)
    except InvalidDefinition as error:
        raise InvalidDefinition(source, error.mistakes) from None


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def load_measures(folder: Path, definitions: Mapping[str, Definition]) -> Measures:
    """The indicators and scorecards of a folder; raises InvalidDefinitions with all mistakes.

    `definitions` are the workflows that scorecards may name.
    """
    read, refused = read_folder(folder, definitions)
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


class Catalog:
    """Published definitions and calendars of one database, compiled once and shared by all
    threads.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._compiled: dict[int, Compiled] = {}
        self._newest: dict[str, int] = {}
        self._since: dict[tuple[int, str], datetime] = {}
        self._templates: dict[int, Template] = {}
        self._newest_templates: dict[str, int] = {}
        self._calendars: Mapping[int, Calendar] = {}
        self.reload()

    def reload(self) -> None:
        """Read what was published or entered since."""
        with self._database.reading() as connection:
            self._newest = versions.newest(connection)
            self._calendars = read_calendars(connection, self._calendars)
            self._newest_templates = documents.newest_templates(connection)

    @property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return self._calendars[max(self._calendars)]

    @property
    def calendars(self) -> Mapping[int, Calendar]:
        """Every version of the calendar, for replay."""
        return self._calendars

    def calendar_of(self, version: int) -> Calendar:
        """A version of the calendar; one that another process has entered since is read now."""
        if version not in self._calendars:
            self.reload()
        return self._calendars[version]

    def workflows(self) -> dict[str, Compiled]:
        """The newest version of every workflow, whichever process published it."""
        self.reload()
        return self.known()

    def known(self) -> dict[str, Compiled]:
        """The same as of the last reading: for what asks several times a request."""
        return {name: self.version(id_) for name, id_ in sorted(self._newest.items())}

    def settled(self) -> tuple[tuple[str, str], ...]:
        """Workflow and state in which what a case is about is done, although it is open.

        The newest version says so, of cases of earlier ones too.
        """
        return tuple(
            (name, state)
            for name, compiled in self.known().items()
            for state, one in compiled.definition.states.items()
            if one.settled
        )

    def newest(self, workflow: str) -> Compiled:
        """The newest version of a workflow; raises NotFound."""
        if workflow not in self._newest:
            data = {"workflow": short(workflow), "hint": nearest(workflow, self._newest)}
            raise NotFound(f"没有“{data['workflow']}”这种工作流程", data)
        return self.version(self._newest[workflow])

    def cadence_since(self, workflow: str, every: str) -> datetime:
        """Since when a workflow has had its cadence of this length, without a break."""
        key = self.newest(workflow).version, every  # what is published never changes
        if key not in self._since:
            self._since[key] = self._read_since(workflow, every)
        return self._since[key]

    def _read_since(self, workflow: str, every: str) -> datetime:
        since: datetime | None = None
        for id_, _, published_at in self.versions_of(workflow):
            if self.version(id_).definition.cadence(every) is None:
                break
            since = published_at
        if since is None:
            raise NotFound(f"“{workflow}”没有这种周期", {"workflow": workflow, "every": every})
        return since

    def versions_of(self, workflow: str) -> list[tuple[int, int, datetime]]:
        """The versions of a workflow, newest first: id, number, when published; raises NotFound."""
        self.newest(workflow)
        with self._database.reading() as connection:
            return versions.all_of(connection, workflow)

    def every_version(self) -> dict[int, Compiled]:
        """Every version that was ever published, by id."""
        with self._database.reading() as connection:
            ids = versions.every_id(connection)
        return {id_: self.version(id_) for id_ in ids}

    def version(self, definition: int) -> Compiled:
        """A published version by id."""
        if definition not in self._compiled:
            with self._database.reading() as connection:
                source, text = versions.text_of(connection, definition)
            self._compiled[definition] = Compiled(_read(text, source), definition)
        return self._compiled[definition]

    def template(self, name: str) -> tuple[int, Template]:
        """The newest version of a document's template, with its id; raises NotFound."""
        if name not in self._newest_templates:
            raise NotFound(f"没有“{name[:40]}”这个公文模板", {"template": name[:40]})
        id_ = self._newest_templates[name]
        if id_ not in self._templates:
            with self._database.reading() as connection:
                source, text = documents.template_text(connection, id_)
            self._templates[id_] = read_template(text, source)
        return id_, self._templates[id_]

    def publish(
        self,
        folder: Path,
        now: datetime,
        notices: Collection[str] | None = None,
        person: int | None = None,
    ) -> list[str]:
        """Publish every workflow, template, list of indicators and scorecard of a folder whose text
        is new; the names of those published.

        `person` publishes them; None is whoever runs the command line. A folder of which every
        text was published before is not read again: it was when it was published.
        """
        if self._has_all(folder):
            return []
        loaded = load_folder(folder, notices)
        known = {name: compiled.definition for name, compiled in self.workflows().items()}
        texts = load_measures(
            folder, known | {name: one for name, (one, _) in loaded.items()}
        ).texts
        templates, _ = load_templates(folder)
        with self._database.unit_of_work() as connection:
            new = [
                name
                for name, (definition, text) in loaded.items()
                if versions.publish(connection, definition, text, now, person)
            ]
            new += measures.publish(connection, texts, now, person)
            new += [
                name
                for name, (_, text) in templates.items()
                if documents.publish(connection, name, text, now, person)
            ]
        self.reload()
        return new

    def _has_all(self, folder: Path) -> bool:
        with self._database.reading() as connection:
            known = published.hashes(connection)
        own = (folder / name for name in (TEMPLATES, INDICATORS, SCORECARDS))
        folders = (folder, *own, SHIPPED / TEMPLATES)
        files = (path for one in folders for path in _files(one))
        return {published.hash_of(path.read_bytes()) for path in files} <= known
