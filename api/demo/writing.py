"""What somebody in a story writes: words filled in, dates counted on, things drawn by chance."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from api.demo.story import BadStory
from workflow.engine.calendar import Calendar, local_day
from workflow.engine.terms import parse_term

_LATER = re.compile(r"\+(\d+ (?:working )?days?)")
_MONTH_END = re.compile(r"month end(?: \+(\d+))?")
_WHOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes at one moment; `login` finds who is meant by a role, `{below}` is one of
    the units `nearby`.

    A text may be `{name}` (the value itself), hold `{name}` among other words, or be `today`,
    `+5 working days`, `month end`, `month end +2`, or `@party.role` for a person. A mapping may
    draw: `{any: […]}` one of some, `{some: [2, 4], of: pool, as: {…}}` rows of a pool, and
    `{share: [20, 40], of: name}` so many per cent of a number.
    """

    words: Mapping[str, Any]
    nearby: Sequence[str]
    pools: Mapping[str, Sequence[Any]]
    chance: Random
    calendar: Calendar
    now: datetime
    login: Callable[[str], str]

    def value(self, value: Any, more: Mapping[str, Any] | None = None) -> Any:
        """A value as it is written; `more` are words besides."""
        if isinstance(value, str):
            return self._text(value, {**self.words, **(more or {})})
        if isinstance(value, Mapping):
            if (drawn := self._drawn(value, more)) is not None:
                return drawn
            return {name: self.value(one, more) for name, one in value.items()}
        if isinstance(value, Sequence):
            return [self.value(one, more) for one in value]
        return value

    def _drawn(self, value: Mapping[str, Any], more: Mapping[str, Any] | None) -> Any:
        if value.keys() == {"any"}:
            return self.value(self.chance.choice(value["any"]), more)
        if value.keys() == {"some", "of", "as"}:
            pool, (least, most) = self.pools[value["of"]], value["some"]
            rows = self.chance.sample(pool, min(self.chance.randint(least, most), len(pool)))
            return [self.value(value["as"], self.value(row)) for row in rows]
        if value.keys() == {"share", "of"}:
            least, most = value["share"]
            share = self.chance.randint(least, most)
            return round(float(self.words[value["of"]]) * share / 100, 1)
        return None

    def _text(self, text: str, words: Mapping[str, Any]) -> Any:
        if text == "today":
            return local_day(self.now).isoformat()
        if later := _LATER.fullmatch(text):
            return self.calendar.add(parse_term(later[1]), self.now).day.isoformat()
        if ends := _MONTH_END.fullmatch(text):
            return _month_end(local_day(self.now), int(ends[1] or 0)).isoformat()
        if text.startswith("@"):
            return self.login(text[1:])
        if "{below}" in text:
            words = {**words, "below": self.chance.choice(self.nearby)}
        try:
            if whole := _WHOLE.fullmatch(text):
                return words[whole[1]]
            return text.format_map(words) if "{" in text else text
        except KeyError as error:
            raise BadStory(f"“{text}”里的 {error} 不知道是什么") from None


def _month_end(day: date, later: int) -> date:
    """The last day of a month, so many months on."""
    months = day.year * 12 + day.month + later
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
