"""A template of a document: frozen models of a file in `definitions/documents/`, key by key."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from workflow.engine.words import Name, Title

Layout = Literal["letter", "document", "minutes", "plain", "form"]
"""GB/T 9704-2012: 信函 (10.1), 文件 (7), 纪要 (10.3); without a red head: a notice, a form."""

Kind = Literal["函", "通知", "通知单", "通报", "报告", "纪要", "决定", "公示", "方案", "表单"]


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


def _rows(value: object) -> object:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


Words = Annotated[str, Field(max_length=4000)]
"""A text in which {{ … }} and {% … %} stand for what the case knows (Jinja)."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class TableItem(_Model):
    """A table fact, printed with its own heads."""

    table: Name = Field(description="the fact")


class GridItem(_Model):
    """Rows of a form: titles and what stands beside them by turns; the last cell fills the row."""

    grid: Annotated[tuple[tuple[Words, ...], ...], BeforeValidator(_rows)] = Field(
        description="rows of cells"
    )


Item = Words | TableItem | GridItem
Body = Annotated[tuple[Item, ...], BeforeValidator(_as_tuple)]


class Annex(_Model):
    """What goes with a document on pages of its own (附件): a receipt to be filled in, a list."""

    title: Words = Field(description="its title")
    body: Body = Field(description="as the document's")


class Template(_Model):
    """A document as it is written for every case."""

    document: Name = Field(description="the name by which definitions call it")
    name: Title = Field(description="what it is called on pages")
    kind: Kind = Field(description="文种")
    layout: Layout = Field(description="how it lies on paper")
    title: Words = Field(description="its title")
    body: Body = Field(description="paragraphs, tables and rows of a form, in their order")
    series: Annotated[str, Field(min_length=1, max_length=10)] | None = Field(
        None, description="what stands between the issuer's mark and the year; absent: no number"
    )
    mark: Words = Field("{{ issuer }}", description="the red head (发文机关标志)")
    addressed: Words | None = Field(
        None, description="主送 in words, where the definition names no party: 各县（市、区）…"
    )
    signer: Words | None = Field(None, description="签发人, of a report to a higher office")
    attachments: Annotated[tuple[Words, ...], BeforeValidator(_as_tuple)] = Field(
        (), description="what is enclosed and not written here (附件说明)"
    )
    annexes: Annotated[tuple[Annex, ...], BeforeValidator(_as_tuple)] = Field(
        (), description="what is enclosed and written here, each from a new page on (附件)"
    )
    signed: bool = Field(True, description="organ and date stand below it")
    public: bool = Field(False, description="everybody reads it: no personal data stands in it")


def texts_of(template: Template) -> list[str]:
    """Everything in a template that is filled in."""
    found = [template.title, template.mark, template.signer or "", template.addressed or ""]
    found += [*template.attachments, *(annex.title for annex in template.annexes)]
    for item in items_of(template):
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, GridItem):
            found += [cell for row in item.grid for cell in row]
    return found


def items_of(template: Template) -> Iterator[Item]:
    """What stands in its body and in its annexes."""
    yield from template.body
    for annex in template.annexes:
        yield from annex.body
