"""A page as a test reads it: a tree of elements, its forms as somebody would fill them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

from httpx2 import Response

_VOID = {"meta", "link", "input", "br", "img", "hr", "base"}
_LATIN = re.compile(r"[A-Za-z]+")
_SPOKEN = ("alt", "title", "placeholder", "aria-label", "data-title", "label")


@dataclass
class Element:
    """One element; `text` is all that stands in it, blanks made single."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    def all(self, tag: str | None = None, **wanted: str) -> "Iterator[Element]":
        """Every element below with this tag and these attributes; `class_` means one of several."""
        for one in self._elements:
            if tag in (None, one.tag) and one._has(wanted):
                yield one

    def one(self, tag: str | None = None, **wanted: str) -> "Element":
        """The first such element."""
        found = next(self.all(tag, **wanted), None)
        assert found is not None, f"no <{tag}> with {wanted} in: {self.text[:2000]}"
        return found

    def _has(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.attributes.get("class", "").split()
            if name == "class_"
            else self.attributes.get(name) == value
            for name, value in wanted.items()
        )

    @cached_property
    def _elements(self) -> "list[Element]":
        """Every element below; asked for when the page has been read, and dozens of times then."""
        return [one for one in self._below() if isinstance(one, Element)]

    def _below(self) -> "Iterator[Element | str]":
        """Everything in it, in the order of the page."""
        waiting = self.children[::-1]
        while waiting:
            one = waiting.pop()
            yield one
            if isinstance(one, Element):
                waiting += one.children[::-1]

    @property
    def text(self) -> str:
        """What stands in it."""
        texts = (one for one in self._below() if isinstance(one, str))
        return " ".join(" ".join(texts).split())

    @property
    def raw(self) -> str:
        """What stands in it, blanks and lines as they are."""
        return "".join(one for one in self._below() if isinstance(one, str))


class _Reader(HTMLParser):
    """Builds the tree; an end tag that fits nothing fails the test."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


@dataclass
class Form:
    """A form with what stands in its fields; several checked radios of one name: the last."""

    element: Element

    @property
    def action(self) -> str:
        """Where it goes."""
        return self.element.attributes.get("action", "")

    @property
    def values(self) -> dict[str, str]:
        """What it would send untouched, but for its buttons."""
        found: dict[str, str] = {}
        for one in self.element.all():
            name, kind = one.attributes.get("name"), one.attributes.get("type", "")
            if name is None or one.tag not in ("input", "select", "textarea"):
                continue
            if one.tag == "input" and (kind != "radio" or "checked" in one.attributes):
                found[name] = one.attributes.get("value", "")
            elif one.tag == "textarea":
                found[name] = one.raw.removeprefix("\n")
            elif one.tag == "select":
                options = list(one.all("option"))
                chosen = [o for o in options if "selected" in o.attributes] or options[:1]
                found[name] = chosen[0].attributes["value"] if chosen else ""
        return found


@dataclass
class Page:
    """An answer that is a page."""

    response: Response

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.response.text)
        reader.close()
        self.root = reader.root

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def main(self) -> Element:
        """What is below the masthead."""
        return self.root.one("main")

    @property
    def text(self) -> str:
        """What stands below the masthead."""
        return self.main.text

    @property
    def forms(self) -> list[Form]:
        """The forms below the masthead."""
        return [Form(form) for form in self.main.all("form")]

    def form(self, event: str) -> Form:
        """The form of an event of a case."""
        found = [form for form in self.forms if form.values.get("event") == event]
        assert found, f"no form for {event}: {self.text[:1500]}"
        return found[0]

    @property
    def events(self) -> list[str]:
        """The events of a case that have a form."""
        return [form.values["event"] for form in self.forms if "event" in form.values]


def faults_of(page: Page, *, chinese: bool = True) -> list[str]:
    """What no page of ours may have: bare fields, repeated ids, inline style or script, English."""
    faults = list(_unlabelled(page.root)) + list(_twice(page.root)) + list(_inline(page.root))
    if page.root.one("html").attributes.get("lang") != "zh-CN":
        faults.append("the language is not said")
    if chinese:
        faults += [f"English: {words}" for words in _english(page.root)]
    return faults


def _unlabelled(root: Element) -> Iterator[str]:
    labelled = {label.attributes.get("for") for label in root.all("label")}
    wrapped = {id(field) for label in root.all("label") for field in label.all()}
    for one in root.all():
        if one.tag not in ("input", "select", "textarea"):
            continue
        if one.attributes.get("type") == "hidden" or "aria-label" in one.attributes:
            continue
        if one.attributes.get("id") not in labelled and id(one) not in wrapped:
            yield f"no label: {one.attributes}"


def _twice(root: Element) -> Iterator[str]:
    ids = [one.attributes["id"] for one in root.all() if "id" in one.attributes]
    yield from (f"id twice: {one}" for one in ids if ids.count(one) > 1)


def _inline(root: Element) -> Iterator[str]:
    for one in root.all():
        inline = [name for name in one.attributes if name == "style" or name.startswith("on")]
        if inline or one.tag in ("script", "style"):
            yield f"inline: <{one.tag}> {inline}"


def _english(root: Element) -> Iterator[str]:
    for one in (root, *root.all()):
        if one.tag in ("pre", "html", "document") or "data-foreign" in one.attributes:
            continue
        own = " ".join(child for child in one.children if isinstance(child, str))
        spoken = " ".join(one.attributes.get(name, "") for name in _SPOKEN)
        if found := _LATIN.findall(f"{own} {spoken}"):
            yield " ".join(found)
