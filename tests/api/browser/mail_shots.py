"""Pictures of the mails that the demo's year sent, as HTML and as text, and its short messages.

    ./dev shots --mails

Of each template the longest mail is shown: what fits with it fits with all. Not a test: somebody
looks at them.
"""

import html
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from api.demo import records
from api.demo.diary import instant_of
from api.demo.performance import Performance, set_up
from api.demo.play import Play
from api.demo.stage import SAMPLE
from api.demo.story import read_story
from notifications.channels import count_parts
from notifications.digest import compose
from notifications.discretion import discreet, discreet_items
from notifications.rendering import DISCREET, Section, render
from notifications.simulators.smtp_sink import SunkMail
from workflow.engine.calendar import ZONE, Calendar
from workflow.store.outgoing.folding import Item

WIDTHS = (800, 390)
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
_AS_TEXT = """<!doctype html><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<body style="margin:16px;background:#fff;color:#222;font:15px/1.7 'Noto Sans CJK SC',sans-serif">
<p style="margin:0 0 12px;border-bottom:1px solid #ccc"><b>{subject}</b></p>
<div style="white-space:pre-wrap;overflow-wrap:anywhere">{text}</div>"""


def main(folder: Path) -> None:
    """Play the year, and leave pictures and short messages in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    story = read_story(SAMPLE / "story.yaml")
    with set_up(None, instant_of(story.begins), fresh=True) as stage:
        Play(stage, story, SAMPLE).run(_no_word)
        mails, texts = dict(longest_mails(stage)), list(short_messages(stage))
    for name, mail, short in made_up():
        mails[name] = mail
        texts += [f"{name}：", f"  [{count_parts(short)}] {short}"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=_SWITCHES
        )
        for template, mail in mails.items():
            picture(chromium, folder / f"mail-{template}-html", mail.html or "")
            shown = _AS_TEXT.format(subject=html.escape(mail.subject), text=html.escape(mail.text))
            picture(chromium, folder / f"mail-{template}-text", shown)
        chromium.close()
    (folder / "sms.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    print(*texts, f"{len(mails)} 种邮件的图片在 {folder}", sep="\n")


def _no_word(_: datetime) -> None:
    """Nobody waits to hear which month it is."""


def longest_mails(stage: Performance) -> Iterator[tuple[str, SunkMail]]:
    """Each template and the longest mail made of it."""
    arrived = {(mail.to, mail.text.strip()): mail for mail in stage.mail.messages}
    with stage.duban.database.reading() as connection:
        rows = records.messages(connection)
    sent = [row for row in rows if (row["email"], (row["text"] or "").strip()) in arrived]
    for template in sorted({row["template"] for row in sent}):
        texts = [row for row in sent if row["template"] == template]
        longest = max(texts, key=lambda row: len(row["text"]))
        yield template, arrived[longest["email"], longest["text"].strip()]


def short_messages(stage: Performance) -> Iterator[str]:
    """Each template's short messages: how many of how many parts, the longest and the shortest."""
    with stage.duban.database.reading() as connection:
        rows = [row for row in records.messages(connection) if row["way"] == "sms" and row["text"]]
    for template in sorted({row["template"] for row in rows}):
        texts = sorted({row["text"] for row in rows if row["template"] == template}, key=len)
        parts = [count_parts(text) for text in texts]
        yield f"{template}：{len(texts)} 种，计 {min(parts)} 至 {max(parts)} 条"
        yield from (f"  [{count_parts(text)}] {text}" for text in {texts[0]: 1, texts[-1]: 1})


NOW = datetime(2026, 3, 4, 9, tzinfo=ZONE)
_DAYS = {"late": -5, "today": 0, "week": 2, "soon": 12}


def made_up() -> Iterator[tuple[str, SunkMail, str]]:
    """What no year has side by side: a digest of every kind of thing, and a confidential case."""
    told = {
        "number": "问题整改〔2026〕17号", "headline": "者楼街道部分村组饮水管网漏损严重",
        "state": "待签收", "what": "退回补正", "due": "2026年3月9日", "left": "还剩 3 个工作日",
        "why": "", "person": "陈静", "settings": "https://duban.example/account/messages",
    }  # fmt: skip
    kinds = {"late": "overdue", "today": "reminder", "week": "task", "soon": "reminder"}
    items = [
        Item(n, template, told, "望谟县", _ends(NOW + timedelta(days=_DAYS[kind])), False)
        for n, (kind, template) in enumerate(kinds.items(), start=1)
    ]
    items += [Item(8, "told", told, "兴义市", None, False)]
    items += [Item(9, "task", told, "册亨县", _ends(NOW + timedelta(days=6)), False, True)]
    digest = compose(discreet_items("email", items), Calendar(0, {}), NOW, "https://duban.example")
    yield _both("digest-mixed", "digest", {**told, **digest.variables}, digest.sections)
    yield _both("discreet", DISCREET, discreet("email", told), ())


def _ends(at: datetime) -> datetime:
    """The end of its day."""
    return at.replace(hour=0) + timedelta(days=1)


def _both(
    name: str, template: str, told: Mapping[str, str], sections: Sequence[Section]
) -> tuple[str, SunkMail, str]:
    link = "https://duban.example/cases/17"
    mail, short = (render(template, way, told, link, sections=sections) for way in ("email", "sms"))
    return name, SunkMail("", "", mail.subject, mail.text, mail.html, "", b""), short.text


def picture(chromium: Browser, path: Path, content: str) -> None:
    """A picture of a document at each width."""
    for width in WIDTHS:
        page = chromium.new_page(viewport={"width": width, "height": 600}, locale="zh-CN")
        page.set_content(content)
        page.screenshot(path=f"{path}-{width}.png", full_page=True)
        page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
