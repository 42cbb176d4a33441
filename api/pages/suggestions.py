"""意见箱: whoever works here says what burdens them or could be better, signed or unsigned; the
system administrator reads it and answers, and sees no case by that.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm, SignedInPage, Someone
from api.context import Duban
from api.pages.forms import GREATEST_ID, Posted, text_in, whole
from api.pages.rendering import masthead_of, show
from api.presenting.fields import Option, options_of
from api.presenting.wording import to_the_minute
from workflow.engine.errors import InvalidInput, OutOfTurn, Refusal
from workflow.store import suggestions
from workflow.store.suggestions import KINDS, LONGEST, SHORTEST, Suggestion

router = APIRouter()

BOX, ADMINISTRATION = "/suggestions", "/administration/suggestions"
PAGE_SIZE = 50
SuggestionId = Annotated[int, Path(ge=1, le=GREATEST_ID)]


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """One of them in words; `reply` is where it is answered, empty where it is or one may not, and
    `typed` an answer that was refused.
    """

    kind: str
    text: str
    when: str
    who: str
    answer: str
    answered: str
    reply: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """意见箱: the form and one's own, or for the administrator all of them."""

    lines: tuple[SuggestionLine, ...]
    kinds: tuple[Option, ...]
    text: str
    least: int
    most: int
    unsigned: bool = False
    next: str = ""
    problem: str = ""
    done: bool = False


@router.get("/suggestions")
def box(duban: Installation, someone: SignedInPage, kind: str = "", done: str = "") -> Response:
    """The form, and what the reader put in signed."""
    return _box(duban, someone, kind, done=bool(done))


@router.post("/suggestions")
def put_in(duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Put one in; a refusal shows what was typed."""
    kind, text = text_in(form, "kind"), text_in(form, "text")
    signed = text_in(form, "signed") == "yes"
    person = someone.person if signed else None
    try:
        with duban.database.unit_of_work() as connection:
            suggestions.put_in(connection, kind, text, duban.clock(), person=person)
    except InvalidInput as refusal:
        return _box(duban, someone, kind, text, refusal, unsigned=not signed)
    return RedirectResponse(f"{BOX}?done=yes", 303)


def _box(
    duban: Duban,
    someone: Someone,
    kind: str,
    text: str = "",
    refused: Refusal | None = None,
    *,
    unsigned: bool = False,
    done: bool = False,
) -> Response:
    with duban.database.reading() as connection:
        found = suggestions.put_in_by(connection, someone.person)
    page = SuggestionsPage(
        lines=tuple(_line(one) for one in found),
        kinds=options_of(KINDS, kind or next(iter(KINDS))),
        text=text,
        least=SHORTEST,
        most=LONGEST,
        unsigned=unsigned,
        problem=refused.sentence if refused else "",
        done=done,
    )
    return show("suggestions.html", page, masthead_of(duban, someone, ""), refused=refused)


# The administrator


@router.get("/administration/suggestions")
def all_of_them(duban: Installation, someone: SignedInPage, before: str = "") -> Response:
    """Everything that was put in, the newest first."""
    return _all(duban, someone, whole(before))


def _all(
    duban: Duban,
    someone: Someone,
    place: int | None,
    typed: str = "",
    refused: Refusal | None = None,
) -> Response:
    """The page that begins before a place; an answer that was refused stands by its first line."""
    with duban.database.reading() as connection:
        found = suggestions.all_suggestions(connection, before=place, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    page = SuggestionsPage(
        lines=tuple(
            _line(one, reply=True, typed="" if at else typed) for at, one in enumerate(shown)
        ),
        kinds=(),
        text="",
        least=1,
        most=LONGEST,
        next=f"{ADMINISTRATION}?before={shown[-1].id}" if len(found) > PAGE_SIZE else "",
        problem=refused.sentence if refused else "",
    )
    masthead = masthead_of(duban, someone, ADMINISTRATION)
    return show("administration_suggestions.html", page, masthead, refused=refused)


@router.post("/administration/suggestions/{suggestion}")
def answer(
    suggestion: SuggestionId,
    duban: Installation,
    someone: SignedInForm,
    form: Posted,
) -> Response:
    """Answer one; whoever signed it reads the answer in the box. A refusal shows what was typed."""
    text = text_in(form, "answer")
    try:
        with duban.database.unit_of_work() as connection:
            suggestions.answer(connection, suggestion, text, someone.person, duban.clock())
    except (InvalidInput, OutOfTurn) as refusal:
        return _all(duban, someone, suggestion + 1, text, refusal)
    return RedirectResponse(ADMINISTRATION, 303)


def _line(one: Suggestion, *, reply: bool = False, typed: str = "") -> SuggestionLine:
    return SuggestionLine(
        kind=KINDS[one.kind],
        text=one.text,
        when=to_the_minute(one.at),
        who=one.name or "未署名",
        answer=one.answer or "",
        answered=to_the_minute(one.answered_at) if one.answered_at else "",
        reply=f"{ADMINISTRATION}/{one.id}" if reply and one.answer is None else "",
        typed=typed,
    )
