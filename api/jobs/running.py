"""Does long work: takes a job up, does it as whoever asked, keeps what came of it."""

import structlog
from sqlalchemy.exc import OperationalError

from api.auth import Someone
from api.context import Duban
from api.jobs.kinds import KINDS
from api.jobs.work import Made, told_in_rows
from workflow.engine.errors import Refusal
from workflow.store import jobs
from workflow.store.evidence import audit
from workflow.store.jobs import Job
from workflow.store.lists import queries
from workflow.store.offices.administrators import role_of
from workflow.store.offices.organisation import actor_of

_BROKEN = "系统出错，没有办成；请把任务编号 {id} 告诉系统管理员"
_log = structlog.get_logger("duban.jobs")


def run_next(duban: Duban) -> bool:
    """Do the job that has waited longest; False where none waits."""
    with duban.database.reading() as connection:
        if not jobs.is_any_free(connection, duban.clock()):
            return False  # most often; nobody's writing waits for it
    with duban.database.unit_of_work() as connection:
        job = jobs.take_up(connection, duban.clock())
    if job is None:
        return False
    try:
        made = KINDS[job.kind](duban, _whoever_asked(duban, job), job, told_in_rows(duban, job))
    except Refusal as refusal:
        _fail(duban, job, refusal.sentence)
    except OperationalError:  # the database went away: the lease runs out, somebody tries again
        _log.exception("a job was cut off", job=job.id)
    except Exception:
        _log.exception("a job failed", job=job.id)
        _fail(duban, job, _BROKEN.format(id=job.id))
    else:
        _finish(duban, job, made)
    return True


def _whoever_asked(duban: Duban, job: Job) -> Someone:
    """With the posts of then that are held still; raises NotFound for an account since disabled."""
    with duban.database.reading() as connection:
        actor = job.with_posts(actor_of(connection, job.person_id, duban.clock()))
        name = queries.person_names(connection, [job.person_id])[job.person_id]
        role = role_of(connection, job.person_id)
        return Someone(actor, job.person_id, name, None, administers=role)


def _finish(duban: Duban, job: Job, made: Made) -> None:
    """Bytes first, then the row; they are swept a day later, for no attachment speaks of them."""
    now = duban.clock()
    file = None if made.content is None else duban.files.put(made.content, now)
    with duban.database.unit_of_work() as connection:
        if made.noted is not None:
            audit.record(connection, made.noted, now)
        name = made.name if file else None
        end = jobs.fail if made.failed else jobs.finish
        end(connection, job.id, made.sentence, now, file=file, file_name=name)


def _fail(duban: Duban, job: Job, sentence: str) -> None:
    with duban.database.unit_of_work() as connection:
        jobs.fail(connection, job.id, sentence, duban.clock())
