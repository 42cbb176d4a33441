"""The workflows in force: publishes folders of definitions and keeps every published version.

A case keeps the version it was opened with (design, law 7); a changed file is a new version.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock

from workflow.engine.calendar import Calendar
from workflow.engine.definition import Definition
from workflow.engine.errors import NotFound
from workflow.engine.findings import nearest, short
from workflow.engine.machine import Compiled
from workflow.folder import files_of, load_folder, load_measures, load_templates, read_once
from workflow.papers.reading import read_template
from workflow.papers.template import Template
from workflow.store import versions
from workflow.store.calendars import read_calendars
from workflow.store.casework import documents
from workflow.store.database import Database
from workflow.store.evidence import published
from workflow.store.measuring import measures


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
        self._counts: tuple[int, ...] = ()
        self._reloading = Lock()
        self.reload()

    def reload(self) -> None:
        """Read what was published or entered since; most often that is nothing."""
        with self._database.reading() as connection:
            counts = published.counts(connection)
            if counts == self._counts:
                return
            with self._reloading:  # or one thread's counts would stand beside another's texts
                self._newest = versions.newest(connection)
                self._calendars = read_calendars(connection, self._calendars)
                self._newest_templates = documents.newest_templates(connection)
                self._counts = counts

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
            self._compiled[definition] = Compiled(read_once(text, source), definition)
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

    def unpublished(
        self, folder: Path, notices: Collection[str] | None = None
    ) -> tuple[dict[str, Definition], list[str]]:
        """What publishing a folder would publish: its workflows whose text is new, by name, and
        what else is new there, by file. Raises InvalidDefinitions.
        """
        loaded = load_folder(folder, notices)
        known = {name: compiled.definition for name, compiled in self.workflows().items()}
        load_measures(folder, known | {name: one for name, (one, _) in loaded.items()})
        with self._database.reading() as connection:
            hashes = published.hashes(connection)
        new = {
            name: definition
            for name, (definition, text) in loaded.items()
            if published.hash_of(text.encode()) not in hashes
        }
        beside = [path for path in files_of(folder) if path.parent != folder]
        others = [path for path in beside if published.hash_of(path.read_bytes()) not in hashes]
        return new, list(dict.fromkeys(f"{one.parent.name}/{one.name}" for one in others))

    def _has_all(self, folder: Path) -> bool:
        with self._database.reading() as connection:
            known = published.hashes(connection)
        return {published.hash_of(path.read_bytes()) for path in files_of(folder)} <= known
