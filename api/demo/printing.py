"""The performance on paper: chapters, messages, ledgers, lists, in this order, in plain Chinese."""

from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.demo.ledgers import Books, Grid
from api.demo.letters import Letters
from api.demo.performance import Performance
from api.demo.played import Played
from api.demo.story import Letter, Story
from api.demo.telling import Teller, when
from api.presenting.message_story import TEMPLATES, WAYS
from api.presenting.wording import in_full, with_weekday

WIDTH = 150
"""Columns of a line where no terminal says otherwise."""


class Printer:
    """Prints one performance; nothing in it depends on the kind of database."""

    def __init__(self, stage: Performance, story: Story, played: Played, console: Console) -> None:
        self._stage, self._story, self._played, self._console = stage, story, played, console
        self._teller = Teller(stage, story, played)
        self._letters = Letters(stage)
        self._number = 0

    def everything(self) -> None:
        """The whole program."""
        self._head()
        for chapter in self._story.chapters:
            self._heading(chapter.title)
            self._say(chapter.about)
            self._say(self._teller.heading(chapter), style="bold")
            for line in self._teller.chapter(chapter):
                self._line(when(line.at), line.text)
            for title, brief in self._teller.offspring(chapter):
                self._line("另件", f"{title}：{brief}")
        self._others()
        self._messages()
        self._books()

    @property
    def all_arrived(self) -> bool:
        """Whether the servers received exactly what the outbox says was sent."""
        return all(tally.clean for tally in self._letters.tallies())

    # Chapters

    def _head(self) -> None:
        first, last = (
            in_full(date.fromisoformat(day)) for day in (self._story.begins, self._story.ends)
        )
        self._say(f"{self._story.title}（{first}至{last}）", style="bold")
        self._say(
            "人物、问题和日期都是虚构的；州、县、乡镇和 2026 年放假安排取自公开资料；"
            "期限和级次是默认参数，可以改。"
        )
        for remark in self._played.remarks:
            if remark.kind == "imports":
                self._line(when(remark.at), remark.text)
        for summary in self._teller.summaries():
            self._line("·", summary)

    def _heading(self, title: str) -> None:
        self._number += 1
        self._say("")
        self._say(f"{self._number}. {title}", style="bold")

    def _others(self) -> None:
        self._heading("其余各件")
        self._say("一件一行，只写办理的各步；到期前的提醒略去。")
        for title, brief in self._teller.others():
            self._line("·", f"{title}：{brief}")

    # Messages

    def _messages(self) -> None:
        letters, calendar = self._letters, self._stage.duban.catalog.calendar
        self._heading("发出的消息")
        counts = [(way, kind, str(number)) for way, kind, number in letters.counts()]
        self._grid(Grid("按途径和种类", ("途径", "种类", "封数"), counts))
        owed = "，".join(f"{status} {number}" for status, number in letters.by_status())
        self._say(f"应通知的事共有：{owed}。")
        day, number, people = letters.busiest()
        self._say(f"最忙的一天：{with_weekday(day)}，{number} 封，发给 {people} 人。")
        self._say(f"每人每天的摘要至多 {letters.most_digests()} 封。")
        earliest, latest = letters.hours()
        wrong = letters.untimely(calendar)
        night = f"夜间（20时至次日8时）和休息日发出的共 {wrong} 封"
        self._say(f"邮件最早 {earliest}、最晚 {latest} 发出；{night}。")
        for letter in self._story.letters:
            self._letter(letter)
        self._tallies()

    def _letter(self, letter: Letter) -> None:
        row = self._letters.example(letter)
        if row is None:
            return
        self._say("")
        kind, way = TEMPLATES.get(letter.template, letter.template), WAYS[letter.way]
        self._say(f"【{kind}·{way}】{when(row['sent_at'])} 发给 {row['name']}", style="bold")
        for line in (row["text"] or "").strip().splitlines():
            self._say(f"  │ {_without_ids(line)}")
        if row["parts"]:
            self._say(f"  │ （按 {row['parts']} 条短信计费）")

    def _tallies(self) -> None:
        self._say("")
        for tally in self._letters.tallies():
            verdict = "逐封相符" if tally.clean else "不相符"
            self._say(
                f"{tally.way}：发件箱记载已发 {tally.sent} 封，服务器收到 {tally.received} 封，"
                f"内容不同 {tally.differing} 封，重复 {tally.twice} 封：{verdict}"
            )

    # Books

    def _books(self) -> None:
        books = Books(self._teller)
        for book in self._story.ledgers:
            self._heading("两本台账")
            for grid in books.ledgers(book):
                self._grid(grid)
            said, half = books.reconciliation(book)
            self._say(said + "。")
            self._grid(half)
        self._heading("、".join(listing.title for listing in self._story.lists))
        for listing in self._story.lists:
            self._grid(books.listing(listing))

    # On paper

    def _grid(self, grid: Grid) -> None:
        table = Table(title=grid.title, title_justify="left", title_style="bold")
        for head in grid.heads:
            table.add_column(head, overflow="fold")
        for row in grid.rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)

    def _line(self, head: str, text: str) -> None:
        self._console.print(Text(f"  {head} {text}"), soft_wrap=True)


def _without_ids(line: str) -> str:
    """A line of a message; addresses of pages hold ids, which are no part of the story."""
    return line.partition("/cases/")[0] + "/cases/…" if "/cases/" in line else line
