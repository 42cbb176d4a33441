"""联系不上的人: whom no message reaches, and why, for the system administrator."""

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage
from api.pages.forms import Posted, text_in, whole
from api.pages.rendering import masthead_of, show
from api.presenting.message_story import WAYS
from api.presenting.wording import Names, to_the_minute
from workflow.engine.errors import InvalidInput
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.lists import queries
from workflow.store.outgoing import bad_addresses
from workflow.store.outgoing.bad_addresses import Unreachable

router = APIRouter()

HERE = "/administration/unreachable"
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class UnreachableLine:
    """Somebody and why; `way` is empty where there is no address at all, and nothing to clear."""

    name: str
    unit: str
    reason: str
    since: str
    person: int
    way: str


@dataclass(frozen=True, slots=True)
class VacantLine:
    """A post that nobody holds."""

    unit: str
    post: str


@dataclass(frozen=True, slots=True)
class UnreachablePage:
    """The first of each; the counts are of all."""

    people: tuple[UnreachableLine, ...]
    people_count: int
    vacant: tuple[VacantLine, ...]
    vacant_count: int
    done: str


@router.get(HERE)
def unreachable(duban: Installation, someone: SignedInPage, done: str = "") -> Response:
    """People with a bad address or with none, and vacant posts."""
    now = duban.clock()
    with duban.database.reading() as connection:
        found = bad_addresses.in_need(connection, now)
        vacant = bad_addresses.vacant_posts(connection, now)
        near = {one.unit for one in found[:MOST_SHOWN]} | {unit for unit, _ in vacant[:MOST_SHOWN]}
        names = Names(units=queries.unit_names(connection, near))
    page = UnreachablePage(
        people=tuple(_line(one, names) for one in found[:MOST_SHOWN]),
        people_count=len(found),
        vacant=tuple(VacantLine(names.unit(unit), post) for unit, post in vacant[:MOST_SHOWN]),
        vacant_count=len(vacant),
        done="标记已清除，下一条消息会再试这个地址" if done == "cleared" else "",
    )
    return show("unreachable.html", page, masthead_of(duban, someone, HERE))


@router.post(HERE + "/clear")
def clear(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Try a marked address again; a second click changes nothing."""
    person, way = whole(text_in(form, "person")), text_in(form, "way")
    if person is None:
        raise InvalidInput("请从名单里选定一个人")
    now = duban.clock()
    with duban.database.unit_of_work() as connection:
        if bad_addresses.clear_bad_address(connection, person, way, now):
            about = ("person", person)
            audit.record(connection, Act("person", someone.person, about, data={"way": way}), now)
    return RedirectResponse(f"{HERE}?done=cleared", 303)


def _line(one: Unreachable, names: Names) -> UnreachableLine:
    way = WAYS.get(one.way, "其他")
    return UnreachableLine(
        name=one.name,
        unit=names.unit(one.unit),
        reason="没有登记邮箱，也没有手机号码" if one.reason is None else f"{way}：{one.reason}",
        since=to_the_minute(one.since) if one.since else "",
        person=one.person,
        way=one.way if one.reason is not None else "",
    )
