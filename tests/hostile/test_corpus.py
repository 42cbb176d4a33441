"""Some 500 hostile inputs through the real endpoints of a real server: none of them gets a 5xx,
takes long, is done by half, leaves a file elsewhere, has the server ask elsewhere, or needs much
memory.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import pytest
from httpx2 import Response

from tests.api.pages.page import Element, Page
from tests.hostile import (
    archives,
    definitions,
    papers,
    pictures,
    raw_requests,
    tables,
    texts,
    values,
)
from tests.hostile.conftest import Target
from tests.hostile.corpus import Hostile, names_of, with_facts

pytestmark = pytest.mark.hostile

KINDS: Mapping[str, Sequence[Hostile]] = {
    "archives": archives.INPUTS,
    "pictures": pictures.INPUTS,
    "papers": papers.INPUTS,
    "tables": tables.INPUTS,
    "definitions": definitions.INPUTS,
    "texts": texts.INPUTS,
    "values": values.INPUTS,
    "requests": raw_requests.INPUTS,
}
FEWEST = 250
MOST_MB = 300
MOST_CHILD_MB = 512
ACTING = {"script", "iframe", "object", "embed", "base", "style", "math"}
OURS = ("/", "#", "?")


def test_the_corpus_is_large_and_every_input_has_a_name_of_its_own() -> None:
    names = names_of(one for inputs in KINDS.values() for one in inputs)
    print(f"figure: hostile_inputs = {len(names)}")
    assert len(names) >= FEWEST


@pytest.mark.parametrize("kind", KINDS)
def test_no_input_does_harm(target: Target, kind: str) -> None:
    faults = {one.attacks: fault for one in KINDS[kind] if (fault := target.strike(one))}
    assert faults == {}
    assert target.strays() == []


def test_texts_are_shown_as_texts_wherever_they_are_shown(target: Target) -> None:
    desk = target.desk
    answers = {name: with_facts(description=text)(desk) for name, text in texts.KEPT.items()}
    kept = {
        name: answer.json()["case"] for name, answer in answers.items() if answer.status_code == 201
    }
    assert len(kept) > len(answers) * 0.9
    faults = {
        name: fault
        for name, case in kept.items()
        if (fault := acted_upon(desk.page(f"/cases/{case}")))
    }
    for page in ("/", "/ledgers/rectification/problem", "/boards/brief", "/messages"):
        faults |= {page: fault} if (fault := acted_upon(desk.page(page))) else {}
    assert faults == {}


def acted_upon(answer: Response) -> str:
    """What on a page would act and is not ours; "no page" for what cannot even be read."""
    assert answer.status_code == 200, answer.text[:200]
    try:
        page = Page(answer)
    except AssertionError as broken:
        return f"no page: {broken}"
    bad = [one.tag for one in page.root.all() if one.tag in ACTING]
    bad += [name for one in page.root.all() for name in one.attributes if name.startswith("on")]
    bad += [url for one in page.root.all() for url in addresses(one) if not url.startswith(OURS)]
    return ", ".join(bad)


def addresses(element: Element) -> Iterator[str]:
    """Where an element leads or loads from."""
    for name in ("href", "src", "action", "formaction", "data"):
        if name in element.attributes:
            yield element.attributes[name]


def test_a_table_that_goes_out_again_holds_no_formula(target: Target) -> None:
    desk = target.desk
    for text in tables.FORMULAS.values():
        with_facts(description=f"{text}，甲乙丙丁", place=text)(desk)
    sheet = desk.page("/ledgers/rectification/problem/sheet.xlsx")
    assert sheet.status_code == 200, sheet.text[:200]
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        inside = {name: book.read(name) for name in book.namelist()}
    cells = b"".join(body for name, body in inside.items() if "worksheets/" in name)
    assert "&quot;点我&quot;".encode() in b"".join(inside.values()) or "点我".encode() in cells
    for acting in (b"<f>", b"<f ", b"<hyperlink", b'TargetMode="External"'):
        assert not [name for name, body in inside.items() if acting in body]


def test_the_server_stays_small_and_asks_nobody_elsewhere(target: Target) -> None:
    """After everything above."""
    seen = target.seen()
    own, child = seen["own_kb"] // 1024, seen["child_kb"] // 1024
    print(f"figure: hostile_peak_mb = {own}")
    print(f"figure: hostile_child_peak_mb = {child}")
    assert seen["connected"] == []
    assert own < MOST_MB
    assert child < MOST_CHILD_MB
