"""A whole year in figures: a line when a month is over, at the end what became of everything."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.demo import records
from api.demo.ledgers import Grid
from api.demo.promises import broken
from api.demo.stage import Stage
from api.demo.story import Story
from api.presenting.message_story import WAYS
from workflow.engine.calendar import ZONE
from workflow.store.measuring import scores

MOST_NAMED = 6
"""Kinds of case that a month's line names, the most frequent first."""


class Annals:
    """Watches a year pass and says so; `watch` is to be told of every instant."""

    def __init__(self, stage: Stage, story: Story, console: Console) -> None:
        self._stage, self._story, self._console = stage, story, console
        known = stage.duban.catalog.workflows().items()
        self._titles = {name: one.definition.title for name, one in known}
        self._month: date | None = None

    def watch(self, instant: datetime) -> None:
        """Say what a month was like as soon as it is over."""
        month = instant.astimezone(ZONE).date().replace(day=1)
        if self._month is not None and month != self._month:
            self._say_month(self._month, month)
        self._month = month

    def end(self) -> bool:
        """Say what the last month was like, then the whole year; whether it had what was promised
        of it (`promises`).
        """
        if self._month is not None:
            self._say_month(self._month, date.max)
        for grid in (self._cases(), *self._results()):
            self._print(grid)
        self._say(f"{'；'.join(self._besides())}。")
        return self._kept()

    def _kept(self) -> bool:
        found = list(broken(self._stage, self._story))
        for one in found:
            self._say(f"没有做到：{one}")
        return not found

    def _say_month(self, month: date, next_: date) -> None:
        since, until = (datetime(day.year, day.month, 1, tzinfo=ZONE) for day in (month, next_))
        with self._stage.duban.database.reading() as connection:
            opened = records.opened(connection, since, until)
            closed = records.closed(connection, since, until)
            sent = records.sent(connection, since, until)
        named = [f"{self._titles[name]} {number}" for name, number in opened.most_common()]
        more = "等" if len(named) > MOST_NAMED else ""
        self._say(
            f"{month.year}年{month.month:2}月  新开 {opened.total():3} 件，办结 {closed:3} 件，"
            f"消息 {sent:4} 封    {'、'.join(named[:MOST_NAMED])}{more}"
        )

    # The whole year

    def _cases(self) -> Grid:
        rows = []
        workflows = self._stage.duban.catalog.workflows()
        with self._stage.duban.database.reading() as connection:
            states = records.states(connection)
        for name, compiled in workflows.items():
            counted: Counter[str] = Counter()
            for state, one in compiled.definition.states.items():
                kind = "void" if one.void else "final" if one.final else "open"
                counted[kind] += states[name, state]
            numbers = (counted.total(), counted["open"], counted["final"], counted["void"])
            rows.append((compiled.definition.title, *map(str, numbers)))
        total = sum(states.values())
        return Grid(f"全年事项（{total} 件）", ("事项", "件数", "在办", "办结", "未成立"), rows)

    def _results(self) -> Iterator[Grid]:
        """What was frozen, class by class."""
        for one in self._story.freezings:
            with self._stage.duban.database.reading() as connection:
                found = scores.results(connection, one.scorecard, {one.year})
                names = records.unit_names(connection)
            found = sorted(found, key=lambda row: (row["class_"], row["class_rank"] or len(found)))
            rows = [
                (
                    row["class_"],
                    names[row["unit_id"]],
                    f"{row['total'] / 100:.2f}",
                    row["grade"],
                    str(row["class_rank"] or "—"),
                    str(row["rank"] or "—"),
                )
                for row in found
            ]
            heads = ("县类别", "单位", "得分", "等次", "同类名次", "总名次")
            yield Grid(f"{one.year} 年考核结果（已冻结）", heads, rows)

    def _besides(self) -> Iterator[str]:
        with self._stage.duban.database.reading() as connection:
            papers, figures = records.papers(connection), records.figures(connection)
            confirmed, waived = records.decisions(connection)
            rows, sent = records.history_rows(connection), records.sent_by_way(connection)
        yield f"印发公文 {papers} 件，监测数值 {figures} 个"
        yield f"考核扣分、加分确认 {confirmed} 件，不予计分 {waived} 件"
        yield f"办理记录 {rows} 条"
        yield "消息 " + "，".join(f"{WAYS.get(way, way)} {number} 封" for way, number in sent)

    def _print(self, grid: Grid) -> None:
        table = Table(title=grid.title, title_justify="left", title_style="bold")
        for at, head in enumerate(grid.heads):
            table.add_column(head, justify="left" if at == 0 else "right")
        for row in grid.rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    def _say(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)
