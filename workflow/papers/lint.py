"""What a document may not say, told all at once, each mistake in a sentence.

Sources: 党政机关公文处理工作条例 (2012) art. 13, 15, 16; 整治形式主义为基层减负若干规定 (2024):
departments order no party and government below them; at most 5,000 characters; nobody below is
asked to report how a document was carried out.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import get_args

from workflow.engine.case import Unit
from workflow.engine.words import Level
from workflow.papers.composing import Composed

MOST_CHARACTERS = 5000
_LEVELS: tuple[str, ...] = get_args(Level)

_ORDERS = re.compile(r"必须|务必|责令|勒令|严禁|不得有误|限期整改到位|令你|特此命令|遵照执行")
_BY_CONSENT = re.compile(
    r"经[^，。；\n]{0,20}((?<![村居])委|政府|委员会|党组|领导小组|指挥部|同志)[^，。；\n]{0,10}(同意|授权|批准)"
)
"""What a superior has agreed to; that villagers agreed gives no department leave."""
_REQUESTS = re.compile(
    r"请(予以?|给予)?(批示|批准|审批|批复|审定|核准|核批|裁定)|妥否|当否"
    r"|(恳请|请求|敬请|望)[^。；]{0,20}(解决|支持|批[准复示]|拨付|追加)"
)
_HOW_CARRIED_OUT = re.compile(
    r"(报送|上报|报告)[^，。；！\n]{0,12}(贯彻|落实)[^，。；！\n]{0,4}情况"
)
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d[ -]?\d{3}[\dXx](?!\d)"
)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_ACCOUNT = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")
_LETTERLIKE = ("函", "报告", "表单", "纪要", "公示", "方案")
"""Kinds that order nobody."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Who a document goes out from and to, and the personal facts of the case, as texts."""

    issuer: Unit
    to: tuple[Unit, ...]
    personal: tuple[str, ...] = ()


def mistakes_in(document: Composed, sides: Sides) -> list[str]:
    """Every mistake, as a sentence; none is the leave to issue."""
    return [
        *_length(document),
        *_whole(document),
        *_orders(document, sides),
        *_asks(document, sides),
        *_reports(document, sides),
        *(_personal(document, sides.personal) if document.public else ()),
    ]


def _length(document: Composed) -> Iterator[str]:
    length = len("".join(document.text.split()))
    if length > MOST_CHARACTERS:
        yield f"正文 {length:,} 字，一般不超过 {MOST_CHARACTERS:,} 字，请压缩"


def _whole(document: Composed) -> Iterator[str]:
    if not document.title:
        yield "没有标题"
    if not document.blocks:
        yield "没有正文"
    if document.layout == "letter" and not document.to:
        yield "没有主送单位"


def _orders(document: Composed, sides: Sides) -> Iterator[str]:
    """A department orders no party and government below its own level."""
    below = [unit for unit in sides.to if unit.kind == "government" and _below(unit, sides.issuer)]
    if sides.issuer.kind == "government" or not below or _BY_CONSENT.search(document.text):
        return
    if document.kind not in _LETTERLIKE:
        yield (
            f"部门不能向下级党委政府发“{document.kind}”，请改用函，或由本级党委政府印发；"
            "经同意行文的，文中要写明“经……同意”"
        )
    words = dict.fromkeys(found[0] for found in _ORDERS.finditer(document.text))
    if words:
        quoted = "、".join(f"“{word}”" for word in words)
        yield f"部门不能向下级党委政府提出指令性要求，请改掉{quoted}，例如改成“请”"


def _asks(document: Composed, sides: Sides) -> Iterator[str]:
    """Nobody below reports on how a document was carried out: progress stands in the ledgers."""
    if document.kind == "通报" or any(_below(unit, sides.issuer) for unit in sides.to):
        for asked in dict.fromkeys(found[0] for found in _HOW_CARRIED_OUT.finditer(document.text)):
            yield f"一般不要求下级报送贯彻落实情况，请删去“{asked}”，进展在台账上看"


def _below(unit: Unit, other: Unit) -> bool:
    return _LEVELS.index(unit.level) > _LEVELS.index(other.level)


def _reports(document: Composed, sides: Sides) -> Iterator[str]:
    if document.kind != "报告":
        return
    for request in dict.fromkeys(found[0] for found in _REQUESTS.finditer(document.text)):
        yield f"报告里不得夹带请示事项，请删去“{request}”，需要批复的另行请示"
    if document.layout == "document":
        if not document.signer:
            yield "上行文要标注签发人"
        if any(_below(unit, sides.issuer) for unit in sides.to):
            yield "报告只能报送上级"


def _personal(document: Composed, personal: Collection[str]) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", document.text)  # a digit is one however wide
    for what, pattern in (("身份证号", _IDENTITY), ("手机号", _MOBILE), ("银行账号", _ACCOUNT)):
        if pattern.search(text):
            yield f"公开的文件里不能有{what}，请删去"
    for words in dict.fromkeys(one.strip() for one in personal):
        if len(words) > 1 and unicodedata.normalize("NFKC", words) in text:
            yield f"公开的文件里不能有个人信息，请删去“{words[:20]}”"
