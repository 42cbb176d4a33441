"""Somebody's desk on the stage of a play: documents are drafted, looked over and issued there."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document

from api.auth import Someone
from api.context import Duban
from api.papers.issuing import Proof, issue, proof
from api.settings import Settings
from tests.journeys.play import Play
from workflow.store.casework import documents


@dataclass(frozen=True)
class Paper:
    """A document that was issued, as its docx has it."""

    seq: int
    number: str | None
    name: str
    sha256: str
    content: bytes

    @property
    def text(self) -> str:
        """Everything a reader of the docx finds in its text and tables."""
        file = Document(io.BytesIO(self.content))
        lines = [paragraph.text for paragraph in file.paragraphs]
        for table in file.tables:
            lines += ["\t".join(cell.text for cell in row.cells) for row in table.rows]
        return "\n".join(lines)


class Desk:
    """The desks of a play's people."""

    def __init__(self, play: Play, folder: Path) -> None:
        self.play = play
        self.duban = Duban.on(play.database, Settings(data=folder), lambda: play.now)

    def someone(self, username: str) -> Someone:
        person = self.play.person(username)
        return Someone(self.play.actor(username), person, self.play.name(username), None)

    def draft(self, who: str, case: int, name: str) -> Proof:
        return proof(self.duban, self.someone(who), case, name)

    def issue(self, who: str, case: int, name: str, request: str | None = None) -> Paper:
        """Issue a document as somebody, an hour after the last step."""
        self.play._an_hour_on()
        request = request or f"issue {case} {name} {self.play.now}"
        seq = issue(self.duban, self.someone(who), case, name, request)
        return self.issued(case, seq)

    def issued(self, case: int, seq: int) -> Paper:
        with self.play.database.reading() as connection:
            rows = documents.issued(connection, case)
        row: dict[str, Any] = next(one for one in rows if one["seq"] == seq)
        content = self.duban.files.path(row["sha256"]).read_bytes()
        return Paper(seq, row["number"], row["file"], row["sha256"], content)
