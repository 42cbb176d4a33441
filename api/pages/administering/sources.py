"""外部来源: other systems that send cases, their keys; a key is shown once, when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import Connection

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, Posted, text_in
from api.pages.rendering import masthead_of, show
from api.presenting.fields import Option, options_of
from api.presenting.wording import to_the_minute
from workflow.engine.errors import InvalidInput, NotFound, Refusal
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.offices.organisation import posts_of
from workflow.store.people import sources
from workflow.store.people.accounts import person_by_username
from workflow.store.people.sources import Source

router = APIRouter()

HERE = "/administration/sources"
_TYPED = ("title", "name", "workflow", "username")

SourceId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source; `holder` is empty while nobody holds the post, `last` before the first call."""

    id: int
    name: str
    title: str
    workflow: str
    address: str
    unit: str
    role: str
    holder: str
    last: str
    closed: str


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """外部来源: `key` is the one just made, of the source called `key_of`; `typed` is what stands
    in the form after a refusal.
    """

    sources: tuple[SourceLine, ...]
    workflows: tuple[Option, ...]
    typed: Mapping[str, str]
    key: str = ""
    key_of: str = ""
    done: str = ""
    problem: str = ""


@router.get(HERE)
def list_sources(duban: Installation, someone: SignedInPage) -> Response:
    """Every source of this installation."""
    return _page(duban, someone)


@router.post(HERE)
def make_source(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Enter a source; its first key is shown this once."""
    typed = {field: text_in(form, field) for field in _TYPED}
    title, name, workflow, username = typed.values()
    now = duban.clock()
    try:
        with duban.database.unit_of_work() as connection:
            post = _post_of(connection, duban, workflow, username)
            id_, key = sources.make(connection, duban.sealer, name, title, workflow, post, now)
            audit.record(connection, _act(someone, id_, "source_made"), now)
    except Refusal as refusal:
        return _page(duban, someone, refused=refusal, typed=typed)
    return _page(duban, someone, key=key, key_of=name)


@router.post(HERE + "/{source}")
def change_source(
    source: SourceId, duban: Installation, someone: SignedInForm, form: Posted
) -> Response:
    """Change the key, or take nothing more from the source."""
    act, now, key = text_in(form, "act"), duban.clock(), ""
    if act not in _DONE:
        raise InvalidInput("没有这一步", {"act": act[:20]})
    try:
        with duban.database.unit_of_work() as connection:
            if act == "close":
                sources.close(connection, source, now)
            else:
                at_once = act == "key_at_once"
                key = sources.change_key(connection, duban.sealer, source, now, at_once=at_once)
            what = "source_closed" if act == "close" else "source_key"
            audit.record(connection, _act(someone, source, what), now)
    except NotFound as refusal:
        return _page(duban, someone, refused=refusal)
    return _page(duban, someone, key=key, done=_DONE[act])


_DONE = {
    "key": "密钥已更换，原来的还可以用七天",
    "key_at_once": "密钥已更换，原来的立即失效",
    "close": "来源已停用，不再接收",
}


def _act(someone: Someone, source: int, what: str) -> Act:
    return Act("setting", someone.person, ("source", source), data={"act": what})


def _post_of(connection: Connection, duban: Duban, workflow: str, username: str) -> int:
    """The post through which somebody opens cases of a workflow; raises a Refusal."""
    if workflow not in dict(_workflows(duban)):
        raise InvalidInput("请选择一个有外部编号的工作流程", {"workflow": workflow[:40]})
    opening = duban.catalog.newest(workflow).definition.opening
    roles = {role.partition(".")[2] for role in opening.by}
    person = person_by_username(connection, username)
    for post in posts_of(connection, person, duban.clock()):
        if post.holder is None and post.role in roles:
            return post.id
    raise InvalidInput("这个人没有可以登记这类事项的岗位", {"username": username[:40]})


def _workflows(duban: Duban) -> list[tuple[str, str]]:
    """Workflows whose cases have a number in another system."""
    return [
        (name, compiled.definition.title)
        for name, compiled in duban.catalog.workflows().items()
        if compiled.definition.opening.external
    ]


def _page(
    duban: Duban,
    someone: Someone,
    *,
    key: str = "",
    key_of: str = "",
    done: str = "",
    refused: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    typed = typed or dict.fromkeys(_TYPED, "")
    now = duban.clock()
    with duban.database.reading() as connection:
        found = sources.sources(connection, now)
        last = sources.calls(connection, [one.id for one in found])
    page = SourcesPage(
        sources=tuple(
            _line(duban, one, to_the_minute(last[one.id]) if one.id in last else "")
            for one in found
        ),
        workflows=options_of(dict(_workflows(duban)), typed["workflow"]),
        typed=typed,
        key=key,
        key_of=key_of,
        done=done,
        problem=refused.sentence if refused else "",
    )
    return show("sources.html", page, masthead_of(duban, someone, HERE), refused=refused)


def _line(duban: Duban, source: Source, last: str) -> SourceLine:
    definition = duban.catalog.newest(source.workflow).definition
    return SourceLine(
        id=source.id,
        name=source.name,
        title=source.title,
        workflow=definition.title,
        address=f"{duban.settings.base_url}/api/v1/incoming/{source.name}",
        unit=source.unit,
        role=definition.roles.get(source.role, source.role),
        holder=source.holder,
        last=last,
        closed=to_the_minute(source.closed_at) if source.closed_at else "",
    )
