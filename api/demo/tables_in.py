"""The spreadsheet that somebody in the story fills in and uploads."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter

from api.spreadsheets.case_table import columns_of
from workflow.engine.definition import Definition

Row = Mapping[str, str]


def rows_of(file: Path, opened_by: str) -> list[Row]:
    """The rows of a file that are this person's to open."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    return [row for row in rows if row["opened_by"] == opened_by]


def workbook(definition: Definition, rows: Sequence[Row]) -> bytes:
    """An xlsx with the titles that the import asks for, dates as dates."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    as_date = book.add_format({"num_format": "yyyy-mm-dd"})
    columns = [column for column in columns_of(definition) if column.name in rows[0]]
    for x, column in enumerate(columns):
        sheet.write_string(0, x, column.title)
        for y, row in enumerate(rows, start=1):
            fact = definition.facts.get(column.name)
            if fact is not None and fact.type == "date":
                sheet.write_datetime(y, x, date.fromisoformat(row[column.name]), as_date)
            else:
                sheet.write_string(y, x, row[column.name])
    book.close()
    return content.getvalue()
