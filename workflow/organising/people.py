"""Somebody new: an account without posts, which can be given posts or made an administrator's."""

from workflow.store.offices.changes import Change, Work, named
from workflow.store.people.accounts import make_account


def enrol(work: Work, *, username: str, name: str) -> Change:
    """A person without posts and without a password yet; raises InvalidInput."""
    person = make_account(work.connection, username, name)
    change = work.begin(f"新建{named(person)}的账号")
    change.added("person", person, person)
    return change
