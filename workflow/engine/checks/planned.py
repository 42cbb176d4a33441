"""Plans: rows that open by the calendar have a month, and a day in it."""

from collections.abc import Iterator

from workflow.engine.cadences import EXAMPLES, parse_day
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding, found, unknown


def check_plans(definition: Definition) -> Iterator[Finding]:
    """`monthly` stands beside `for_each`, names a column of whole numbers, and a day of months."""
    for name, child in definition.children.items():
        if child.monthly is None:
            continue
        path = ("children", name, "monthly")
        if child.for_each is None:
            yield found("monthly_alone", path)
        table = definition.facts.get(child.for_each or "")
        if table is not None and table.columns:
            month = child.monthly.month
            yield from unknown("unknown_column", (*path, "month"), month, table.columns)
            column = table.columns.get(month)
            if column is not None and (column.type != "integer" or column.optional):
                yield found("not_month_column", (*path, "month"), name=month)
        try:
            parse_day("month", child.monthly.on)
        except ValueError:
            hint = f"允许：{EXAMPLES['month']}"
            yield found("bad_opening_day", (*path, "on"), hint, text=child.monthly.on)
