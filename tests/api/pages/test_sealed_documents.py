"""用印: a document goes to whoever puts seals on, and comes back; what came back is handed out."""

import hashlib
from typing import Any

from api.context import Duban
from tests.api.callers import API, Caller
from tests.api.conftest import Rest
from tests.api.files import PDF, archive, docx
from tests.api.pages.conftest import Browser, Browsers
from tests.api.pages.test_case_walk import opened
from tests.api.test_attachments import brought, complaints

MAKER, OTHER = "zhou-dc.specialist1", "xingyi.liaison"
STRANGER = "anlong.liaison"
SEALED = PDF + b"\n% sealed by whoever keeps the seal\n%%EOF\n"
OFD = archive(
    {"OFD.xml": b"<?xml version='1.0'?><ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>"}
)


def issued(browser: Browsers) -> tuple[int, int]:
    """A letter of a case: the case, and the row that issued it."""
    case = opened(browser)
    browser(MAKER).do(case, "dispatch")
    page = browser(MAKER).post_form(
        f"/cases/{case}/documents/dispatch_notice", "documents/dispatch_notice"
    )
    assert page.status == 200
    return case, int(page.response.url.params["done"])


def sent_back(browser: Browser, case: int, seq: int, number: str, content: bytes) -> Any:
    path = f"/cases/{case}/issued/{seq}/sealed"
    (form,) = [one for one in browser.get(path).forms if one.action == path]
    files = {"file": ("扫描件.pdf", content)}
    return browser.client.post(path, data=form.values | {"number": number}, files=files)


def test_what_came_back_sealed_is_handed_out_and_the_draft_stays(
    browser: Browsers, duban: Duban
) -> None:
    case, seq = issued(browser)
    number = "州督查局函〔2026〕1号"
    wrong = sent_back(browser(MAKER), case, seq, "州督查局函〔2026〕2号", SEALED)
    assert wrong.status_code == 422
    assert f"这份公文的文号是“{number}”" in wrong.text
    no_pdf = sent_back(browser(MAKER), case, seq, number, docx())
    assert "盖章件应为你上传的 PDF、OFD 文件" in no_pdf.text
    done = sent_back(browser(MAKER), case, seq, "州督查局函[2026]1号", SEALED)
    assert done.status_code == 303, done.text

    page = browser(OTHER).get(f"/cases/{case}")
    links = {link.text: link.attributes["href"] for link in page.main.one(class_="issued").all("a")}
    draft = links.pop("签发稿")
    assert browser(OTHER).client.get(draft).content.startswith(b"PK")
    (title,) = links.values()
    assert browser(OTHER).client.get(title).content == SEALED
    assert f"送回盖章件：交办通知单 {number}" in page.text
    assert "更换盖章件" not in page.text
    assert "更换盖章件" in browser(MAKER).get(f"/cases/{case}").text
    assert complaints(duban) == []


def test_what_was_done_with_documents_stands_among_what_i_did(browser: Browsers) -> None:
    case, seq = issued(browser)
    assert "我办理：签发公文" in browser(MAKER).get("/?show=done").text
    assert sent_back(browser(MAKER), case, seq, "州督查局函〔2026〕1号", SEALED).status_code == 303
    assert "我办理：送回盖章件" in browser(MAKER).get("/?show=done").text


def test_a_program_fetches_seals_and_brings_back(browser: Browsers, rest: Rest) -> None:
    case, seq = issued(browser)
    maker: Caller = rest(MAKER)
    (letter,) = maker.get(f"/cases/{case}/documents").json()["issued"]
    assert letter["sealed"] is None
    file = brought(maker, "盖章件.ofd", OFD)
    assert (file["name"], file["mime"]) == ("盖章件.ofd", "application/ofd")
    path = f"{API}/cases/{case}/issued/{seq}/sealed"
    body = {"request": "seal-1", "number": letter["number"], "attachment": file["id"]}
    for _ in range(2):  # the same request again is the same answer
        answer = maker.client.post(path, json=body, headers=maker.headers)
        assert answer.status_code == 201, answer.text
    (letter,) = rest(OTHER).get(f"/cases/{case}/documents").json()["issued"]
    assert letter["sealed"]["sha256"] == hashlib.sha256(OFD).hexdigest()
    told = [row["title"] for row in maker.get(f"/cases/{case}/history").json()]
    assert told[-2:] == [
        f"签发交办通知单 {letter['number']}",
        f"送回盖章件：交办通知单 {letter['number']}",
    ]
    refused = rest(OTHER).client.post(
        path, json=body | {"request": "2"}, headers=rest(OTHER).headers
    )
    assert refused.status_code == 403, refused.text


def test_who_does_not_know_of_the_case_finds_nothing_that_was_issued_in_it(
    browser: Browsers, duban: Duban
) -> None:
    case, seq = issued(browser)
    assert sent_back(browser(MAKER), case, seq, "州督查局函〔2026〕1号", SEALED).status_code == 303
    for what in ("preview.pdf", "sealed"):
        path = f"/cases/{case}/issued/{seq}/{what}"
        assert browser(MAKER).client.get(path).status_code == 200
        assert browser(STRANGER).client.get(path).status_code == 404
