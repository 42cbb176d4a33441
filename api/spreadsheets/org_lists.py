"""Lists of units and of people, from an xlsx or CSV file: columns by their Chinese titles, or by
the names that the sample's files have.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, Literal

from api.inspecting.refusing import BadFile
from api.inspecting.tables import MOST_LINES, Cell, NumberedRow
from api.jobs.telling import Tell, silent
from api.spreadsheets.case_table import UnreadableFile
from api.spreadsheets.paper import HEAD, set_up_print
from api.spreadsheets.reading import read_list
from workflow.catalog import Catalog
from workflow.engine.errors import NotFound
from workflow.organising.deputy_list import KINDS, DeputyLine
from workflow.organising.lines import nearest
from workflow.organising.people_list import PersonLine
from workflow.organising.unit_list import UnitLine
from workflow.store.offices.robot_address import as_kept

Which = Literal["units", "people", "deputies"]

_LEVELS = {"省级": "province", "地级": "prefecture", "县级": "county", "乡级": "township"}
_LEVELS |= {"村级": "village"}
_KINDS = {"党委政府": "government", "部门": "department", "内设机构": "office"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `words` are what its values are called."""

    title: str
    name: str
    alias: str = ""
    needed: bool = True
    words: Mapping[str, str] | None = None
    hint: str = ""


_UNITS = (
    Column("编码", "code", hint="每个单位一个，不重复，以后不变"),
    Column("名称", "name", hint="全称"),
    Column("简称", "short_name"),
    Column("层级", "level", words=_LEVELS, hint="、".join(_LEVELS)),
    Column("性质", "kind", words=_KINDS, hint="、".join(_KINDS)),
    Column("职能", "function", hint="党委政府写 government，部门照工作流程写，如 supervision"),
    Column("上级编码", "parent", "parent_code", needed=False, hint="最上级单位不填"),
    Column("类别", "class_", "class", needed=False),
    Column("报告单位", "reports", needed=False, hint="是、否；不填为否"),
    Column("考核归并", "assessed_with", needed=False, hint="并入哪个单位考核，写编码"),
    Column("承接单位", "successor", needed=False, hint="本单位撤销、并入哪个单位，写编码"),
)
_PEOPLE = (
    Column("登录名", "username", hint="每人一个，不重复；一人几个岗位写几行"),
    Column("姓名", "name"),
    Column("手机", "phone", needed=False),
    Column("邮箱", "email", needed=False),
    Column("群机器人", "chat", needed=False, hint="企业微信、钉钉、飞书群机器人的完整地址"),
    Column("单位编码", "unit", "unit_code"),
    Column("岗位", "role"),
    Column("职务", "title", needed=False, hint="不填与岗位相同"),
)
_DEPUTIES = (
    Column("登录名", "username", hint="副职或代理人"),
    Column("单位编码", "unit", "unit_code"),
    Column("岗位", "role"),
    Column("方式", "kind", hint="、".join(KINDS)),
    Column("担任者", "holder", needed=False, hint="登录名；单位里同样的岗位不止一个时必填"),
    Column("自", "begins", needed=False, hint="如 2026-03-02；不填为现在"),
    Column("至", "ends", needed=False, hint="不含当天；不填则不定截止日期"),
    Column("事由", "reason", needed=False, hint="代理必填"),
)
COLUMNS: Mapping[Which, tuple[Column, ...]] = {
    "units": _UNITS,
    "people": _PEOPLE,
    "deputies": _DEPUTIES,
}
TITLES: Mapping[Which, str] = {"units": "单位", "people": "人员", "deputies": "副职和代理"}
_YES = {"是": True, "1": True, "true": True, "否": False, "0": False, "false": False, "": False}


def unit_lines(content: bytes, tell: Tell = silent) -> list[UnitLine]:
    """The units that a file lists; raises UnreadableFile."""

    def line(row: int, values: dict[str, str | None], given: frozenset[str]) -> UnitLine:
        reports = (values.get("reports") or "").lower()
        if reports not in _YES:
            raise UnreadableFile(f"第 {row} 行的“报告单位”应填是或否")
        return UnitLine(
            row=row,
            code=values.get("code") or "",
            name=values.get("name") or "",
            short_name=values.get("short_name") or "",
            level=values.get("level") or "",
            kind=values.get("kind") or "",
            function=values.get("function") or "",
            parent=values.get("parent"),
            class_=values.get("class_"),
            reports=_YES[reports],
            assessed_with=values.get("assessed_with"),
            successor=values.get("successor"),
            given=given,
        )

    return _lines(content, _UNITS, line, tell)


def people_lines(content: bytes, tell: Tell = silent) -> list[PersonLine]:
    """The people that a file lists; raises UnreadableFile."""

    def line(row: int, values: dict[str, str | None], given: frozenset[str]) -> PersonLine:
        role = intern(values.get("role") or "")  # a few, of hundreds of thousands of people
        return PersonLine(
            row=row,
            username=values.get("username") or "",
            name=values.get("name") or "",
            phone=values.get("phone"),
            email=values.get("email"),
            chat=as_kept(robot) if (robot := values.get("chat")) else None,
            unit=intern(values.get("unit") or ""),
            role=role,
            title=intern(values.get("title") or role),
            given=given,
        )

    return _lines(content, _PEOPLE, line, tell)


def deputy_lines(content: bytes, tell: Tell = silent) -> list[DeputyLine]:
    """The deputies and substitutes that a file lists; raises UnreadableFile."""

    def line(row: int, values: dict[str, str | None], given: frozenset[str]) -> DeputyLine:
        return DeputyLine(
            row=row,
            username=values.get("username") or "",
            unit=values.get("unit") or "",
            role=values.get("role") or "",
            kind=values.get("kind") or "",
            holder=values.get("holder"),
            begins=values.get("begins"),
            ends=values.get("ends"),
            reason=values.get("reason"),
            given=given,
        )

    return _lines(content, _DEPUTIES, line, tell)


def _lines(
    content: bytes,
    columns: Sequence[Column],
    line: Callable[[int, dict[str, str | None], frozenset[str]], Any],
    tell: Tell,
) -> list[Any]:
    try:
        rows = read_list(content, tell)
    except BadFile as bad:
        raise UnreadableFile(bad.sentence, {"code": bad.code}) from bad
    order = _order(next(rows, None), columns)
    given = frozenset(column.name for column in order)
    return [line(number, _values(order, cells), given) for number, cells in rows]


def _values(order: Sequence[Column], cells: Sequence[Cell]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for column, cell in zip(order, cells, strict=False):
        text = _text(cell)
        values[column.name] = (column.words or {}).get(text, text) or None
    return values


def _text(cell: Cell) -> str:
    """A cell as text; Excel gives codes and telephone numbers as numbers."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return cell.strip()


def _order(header: NumberedRow | None, columns: Sequence[Column]) -> list[Column]:
    """The columns in the order of the file; raises UnreadableFile where the header does not fit."""
    if header is None:
        raise UnreadableFile("这个文件是空的，请换一个文件")
    known = {
        name: column for column in columns for name in (column.title, column.alias or column.name)
    }
    titles = [_text(cell).rstrip("*＊") for cell in header[1]]
    missing = [c.title for c in columns if c.needed and c not in map(known.get, titles)]
    unknown = [title for title in titles if title not in known]
    if missing or unknown or len({known[title].name for title in titles}) < len(titles):
        said = [f"缺少“{'”、“'.join(missing)}”"] if missing else []
        names = [column.title for column in columns]
        said += [f"多了“{title[:30]}”{nearest(title, names)}" for title in unknown[:10]]
        sentence = f"表头不对：{'；'.join(said) or '有一列出现了两次'}。可以先下载模板"
        raise UnreadableFile(sentence, {"missing": missing, "unknown": unknown})
    return [known[title] for title in titles]


def roles_of(catalog: Catalog) -> dict[str, str]:
    """Every role of the published definitions, by its name and by what it is called."""
    found: dict[str, str] = {}
    for compiled in catalog.workflows().values():
        for name, title in compiled.definition.roles.items():
            found |= {name: name, title: name}
    return found


def list_called(which: str) -> Which:
    """The list of this name; raises NotFound."""
    found = next((one for one in COLUMNS if one == which), None)
    if found is None:
        known = "、".join(f"{name}（{title}）" for name, title in TITLES.items())
        raise NotFound(f"没有这种名单，有 {known}", {"which": which[:20]})
    return found


def template_of(which: Which) -> bytes:
    """The xlsx to fill in."""
    import xlsxwriter  # only here: not needed to start

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(TITLES[which])
    needed = book.add_format({"bold": True, "bg_color": "#fde9e7", "border": 1, **HEAD})
    optional = book.add_format({"bg_color": "#eef3f8", "border": 1, **HEAD})
    text = book.add_format({"num_format": "@"})  # a code or a number must not lose its zeros
    for at, column in enumerate(COLUMNS[which]):
        sheet.write_string(0, at, column.title, needed if column.needed else optional)
        sheet.set_column(at, at, 18, text)
        said = ["必填" if column.needed else "可以不填", *filter(None, [column.hint])]
        sheet.write_comment(0, at, "；".join(said))
        if column.words:
            choices = {"validate": "list", "source": list(column.words)}
            sheet.data_validation(1, at, MOST_LINES, at, choices)
    sheet.freeze_panes(1, 0)
    set_up_print(sheet, 18 * len(COLUMNS[which]), TITLES[which])
    book.close()
    return content.getvalue()
