"""Forms of pages that were sent, each by the id that it was shown with: sent again it does nothing.

A form is claimed before it is acted on, in a transaction of its own. So what dies in between is not
done and not tried again: its page, opened anew, shows what was done and has a form of its own.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from workflow.store.driver.upsert import upsert
from workflow.store.people.hashing import hash_of
from workflow.store.tables.handles import SENT_FORM

KEPT_FOR = timedelta(days=7)
"""Nobody sends a page that lay open for longer: the session has ended long before."""


def claim(connection: Connection, form: str, now: datetime) -> bool:
    """Whether nobody has sent this form before; from now on somebody has."""
    row = {"form_hash": hash_of(form), "at": now}
    new = upsert(connection, SENT_FORM).values(row).on_conflict_do_nothing()
    return connection.execute(new.returning(SENT_FORM.c.form_hash)).first() is not None


def release(connection: Connection, form: str) -> None:
    """Nothing came of it: it may be sent again."""
    connection.execute(delete(SENT_FORM).where(SENT_FORM.c.form_hash == hash_of(form)))
