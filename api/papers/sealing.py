"""Documents that come back from whoever puts seals on (用印): the sealed file is looked into, kept
with its hash, and stands for the document from then on. Nothing here draws a seal or judges one.
"""

from api.attaching import receive
from api.auth import Someone
from api.context import Duban
from api.papers.issuing import scene_of
from workflow.engine.errors import Refusal
from workflow.engine.issuing import may_seal
from workflow.engine.scene import Scene
from workflow.store.casework import documents
from workflow.store.casework.cases import case_in_scope
from workflow.store.casework.documents import Row


def to_be_sealed(duban: Duban, someone: Someone, case_id: int, seq: int) -> Row:
    """The document whose sealed file somebody may bring; raises a Refusal."""
    with duban.database.reading() as connection:
        case = case_in_scope(connection, someone.actor, case_id)
        row = documents.one_issued(connection, case_id, seq)
        scene = scene_of(connection, duban, case, duban.clock())
    may_seal(scene, row["name"], someone.actor)
    return row


def may_bring(scene: Scene, name: str, someone: Someone) -> bool:
    """Whether somebody may bring the sealed file of a document of this name."""
    try:
        may_seal(scene, name, someone.actor)
    except Refusal:
        return False
    return True


def bring_file(
    duban: Duban,
    someone: Someone,
    case_id: int,
    seq: int,
    *,
    number: str,
    content: bytes,
    request: str,
) -> int:
    """Take a sealed file in under the document's own name; the history row. Raises a Refusal."""
    row = to_be_sealed(duban, someone, case_id, seq)
    name = " ".join(filter(None, (row["number"], row["title"])))
    kept = receive(duban, someone, f"{name.replace('/', '／')}.pdf", content)
    return bring(duban, someone, case_id, seq, number=number, attachment=kept.id, request=request)


def bring(
    duban: Duban,
    someone: Someone,
    case_id: int,
    seq: int,
    *,
    number: str,
    attachment: int,
    request: str,
) -> int:
    """Take in a sealed file that was brought before; the history row. Raises a Refusal."""
    to_be_sealed(duban, someone, case_id, seq)
    answer = duban.commands.seal_document(
        case_id=case_id,
        seq=seq,
        number=number,
        attachment=attachment,
        actor=someone.actor,
        request=request,
        now=duban.clock(),
    )
    return answer.seq
