"""Standing in for one another, in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from api.presenting.fields import Option
from api.presenting.organisation import period_of
from workflow.store.offices.posts import Held


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Somebody stands in at a post, now or later; `end` names the holding that the reader may end,
    empty where somebody else ordered it.
    """

    who: str
    post: str
    period: str
    reason: str
    end: str = ""


def substitutes_of_mine(standing: Iterable[Held], named: Collection[int]) -> tuple[StandingIn, ...]:
    """Who stands in for the reader; `named` are the holdings that the reader made."""
    return tuple(
        StandingIn(
            who=one.person_name,
            post=one.in_words,
            period=period_of(one),
            reason=one.reason or "",
            end=str(one.id) if one.id in named else "",
        )
        for one in standing
    )


def others_posts(held: Iterable[Held]) -> tuple[StandingIn, ...]:
    """Where the reader stands in; the reason is the holder's matter."""
    return tuple(StandingIn("", one.in_words, period_of(one), "") for one in held)


def post_options(own: Iterable[Held], chosen: str) -> tuple[Option, ...]:
    """The reader's own posts, to choose one."""
    return tuple(Option(str(one.post), one.in_words, str(one.post) == chosen) for one in own)


def colleague_options(there: Iterable[Held], chosen: str) -> tuple[Option, ...]:
    """Who can be named, each once with all that they are."""
    names: dict[int, str] = {}
    titles: dict[int, list[str]] = {}
    for one in there:
        names[one.person] = one.person_name
        titles.setdefault(one.person, []).append(one.title)
    return tuple(
        Option(str(id_), f"{name}（{'、'.join(dict.fromkeys(titles[id_]))}）", str(id_) == chosen)
        for id_, name in names.items()
    )
