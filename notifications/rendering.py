"""Templates and flat texts in, finished messages out; what people wrote never acts as a template.

The templates ship with the product and are compiled once. Their variables come from people: each is
made one printable line of limited length before a template sees it (a sandbox does not limit that).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, select_autoescape
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.channels import count_parts
from notifications.channels.sms_parts import SHORTEST_HEADLINE, SINGLE_UNITS, short, units_in
from notifications.channels.sms_templates import OF_MESSAGES

LONGEST_VARIABLE, LONGEST_SUBJECT = 300, 120
MOST_VARIABLES = 40

VARIABLES = OF_MESSAGES | {"settings", "fixed", "link", "sections"}
"""What a template may ask for; those of a notice come from `workflow.engine.notices`."""

_SET_BY_FRAMES = frozenset({"tone", "lead", "please", "colour", "row"})
"""What the mails about a case and their common frame say to each other."""

DISCREET = "discreet"
"""The template of every message about a confidential case, whatever the definition names."""

_MAY_BE_LEFT_OUT = dict.fromkeys(("person", "unit", "settings", "fixed", "summary"), "")

_FOLDER = Path(__file__).parent / "templates"
_KINDS = (".subject.txt", ".txt", ".html", ".sms.txt", ".chat.md")
_BLANK_LINES = re.compile(r"\n{3,}")
_YEAR, _BY_THE_CLOCK = re.compile(r"^\d{4}年"), re.compile(r"\d:\d\d$")
_SIGNATURE = str.maketrans("【】", "〔〕")
"""Who may write 【】 into a short message could sign it in another's name."""

_MARKUP = str.maketrans("[]()<>*`_#@|\\~", "［］（）＜＞＊｀＿＃＠｜＼～")
"""Who may write Markdown into a chat message could call everybody, or lead them elsewhere."""

_NO_WORDS = frozenset({"link", "settings"})
"""Variables that are addresses of our own."""


class UnknownTemplate(LookupError):
    """No template of this key; the text is a Chinese sentence."""

    def __init__(self, key: str) -> None:
        known = "、".join(sorted(template_keys()))
        super().__init__(f"没有名为“{one_line(key, 40)}”的消息模板，可用的有 {known}")


class CannotRender(ValueError):
    """The template asks for what the message does not carry; the text is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished message; a short one has neither subject nor HTML, one for chat is Markdown."""

    subject: str
    text: str
    html: str | None = None


Section = Mapping[str, str | Sequence[Mapping[str, str]]]
"""A part of a digest: `title`, `tone`, `more`, and under `items` the variables of each."""


def template_keys() -> frozenset[str]:
    """The keys a definition may name in `notice:`."""
    return frozenset(_keys() - {"digest", DISCREET})


def unknown_variables() -> dict[str, frozenset[str]]:
    """For each template file the variables that it asks for and no message has: a mistake."""
    environment, found = _environment(), {}
    for path in sorted(_FOLDER.glob("*.*")):
        if path.suffix not in (".txt", ".html", ".md") or path.stem == "README":
            continue
        asked = find_undeclared_variables(environment.parse(path.read_text(encoding="utf-8")))
        if odd := asked - VARIABLES - _SET_BY_FRAMES:
            found[path.name] = frozenset(odd)
    return found


def render(
    template: str,
    way: str,
    variables: Mapping[str, str],
    link: str,
    *,
    sections: Sequence[Section] = (),
) -> Rendered:
    """The message of a key for a way; raises UnknownTemplate or CannotRender."""
    if template not in _keys():
        raise UnknownTemplate(template)
    values = _capped({**_MAY_BE_LEFT_OUT, **variables, "link": link})
    values["sections"] = [_capped_section(section) for section in sections]
    try:
        if way == "sms":
            return Rendered("", _short_message(template, values))
        if way == "chat":
            return _chat_message(template, values)
        subject = one_line(_fill(template, ".subject.txt", values), LONGEST_SUBJECT)
        text = _BLANK_LINES.sub("\n\n", _fill(template, ".txt", values)).strip() + "\n"
        html = _fill(template, ".html", values) if way == "email" else None
        return Rendered(subject, text, html)
    except TemplateError as error:
        reason = one_line(str(error), 80)
        raise CannotRender(f"消息模板“{template}”不能生成消息（{reason}），没有发送") from error


def _chat_message(template: str, values: Mapping[str, Any]) -> Rendered:
    """Markdown, in which only the template marks anything up."""
    plain = {name: _without_markup(name, value) for name, value in values.items()}
    subject = one_line(_fill(template, ".subject.txt", plain), LONGEST_SUBJECT)
    return Rendered(subject, _BLANK_LINES.sub("\n\n", _fill(template, ".chat.md", plain)).strip())


def _without_markup(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value if name in _NO_WORDS else value.translate(_MARKUP)
    if isinstance(value, Mapping):
        return {key: _without_markup(key, one) for key, one in value.items()}
    return [_without_markup("", one) for one in value]


def one_line(text: str, longest: int) -> str:
    """The text printable, on one line, not longer than this; a cut shows as an ellipsis."""
    if len(text) > 10 * longest:
        text = text[: 10 * longest]  # before looking at each character
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return short(" ".join(text.split()), longest)


def sans_year(day: str) -> str:
    """A day without its year: what is near needs none, and a short message has no room for it."""
    return _YEAR.sub("", day)


def before(limit: str) -> str:
    """Before when something is to be done: a limit without a time of day ends with its day."""
    return f"{limit}前" if _BY_THE_CLOCK.search(limit) else f"{limit}24时前"


def until(limit: str) -> str:
    """A limit, with the end of its day where it has no time of day."""
    return limit if _BY_THE_CLOCK.search(limit) else f"{limit}（当日24时止）"


_OF_LIMITS = {"sans_year": sans_year, "before": before, "until": until}


def _short_message(template: str, values: Mapping[str, Any]) -> str:
    """One part if the headline can be cut to make it so."""
    values = {
        name: value.translate(_SIGNATURE) if isinstance(value, str) else value
        for name, value in values.items()
    }
    headline = values.get("headline", "")

    def with_headline(most: int) -> str:
        return one_line(
            _fill(template, ".sms.txt", {**values, "headline": short(headline, most)}), 500
        )

    whole = with_headline(LONGEST_VARIABLE)
    if count_parts(whole) == 1 or not headline:
        return whole
    free = SINGLE_UNITS - units_in(with_headline(1)) + 1
    cut = with_headline(max(free - _wide(headline, free), SHORTEST_HEADLINE))
    if template in _HEADLINE_MAY_GO and count_parts(cut) > 1:
        return with_headline(0)
    return cut


_HEADLINE_MAY_GO = frozenset({"digest"})
"""Short messages that say enough without a headline, so that one part is enough."""


def _wide(text: str, first: int) -> int:
    """How many of the first characters count twice in a short message."""
    return sum(ord(char) > 0xFFFF for char in text[: max(first, 0)])


def _capped(variables: Mapping[str, str]) -> dict[str, Any]:
    if len(variables) > MOST_VARIABLES:
        raise CannotRender("消息的变量太多，没有发送")
    return {name: one_line(str(value), LONGEST_VARIABLE) for name, value in variables.items()}


def _capped_section(section: Section) -> dict[str, Any]:
    return {
        name: one_line(value, LONGEST_VARIABLE)
        if isinstance(value, str)
        else [_capped(item) for item in value]
        for name, value in section.items()
    }


def _fill(template: str, kind: str, values: Mapping[str, Any]) -> str:
    return _compiled(template + kind).render(values)


@cache
def _compiled(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        trim_blocks=False,
        auto_reload=False,
    )
    environment.filters |= {"short": short, **_OF_LIMITS}
    return environment


@cache
def _keys() -> frozenset[str]:
    """The keys that have all five files."""
    names = {path.name for path in _FOLDER.iterdir()}
    keys = {name.partition(".")[0] for name in names if name.endswith(".subject.txt")}
    return frozenset(key for key in keys if all(key + kind in names for kind in _KINDS))
