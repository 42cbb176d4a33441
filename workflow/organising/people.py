"""One person: an account without posts, which can be given posts or made an administrator's; and
how somebody is reached, whether they hold a post or not.
"""

from workflow.engine.errors import InvalidInput
from workflow.organising.people_list import TITLES, problem_of_addresses
from workflow.store.offices.changes import Change, Work, named
from workflow.store.offices.staff import addresses_of
from workflow.store.people.accounts import make_account


def enrol(work: Work, *, username: str, name: str) -> Change:
    """A person without posts and without a password yet; raises InvalidInput."""
    person = make_account(work.connection, username, name)
    change = work.begin(f"新建{named(person)}的账号")
    change.added("person", person, person)
    return change


def reach(work: Work, *, person: int, phone: str, email: str) -> Change:
    """Another telephone or mail address of somebody; an empty one stays as it is. Raises
    InvalidInput.
    """
    if problem := problem_of_addresses(phone, email):
        raise InvalidInput(problem)
    was = addresses_of(work.connection, person)
    given = {"phone": phone, "email": email}
    after = {name: text for name, text in given.items() if text and text != was[name]}
    if not after:
        raise InvalidInput("请填写新的手机或邮箱")
    change = work.begin(f"更改{named(person)}的{'、'.join(TITLES[name] for name in after)}")
    change.set("person", person, {name: was[name] for name in after}, after)
    return change
