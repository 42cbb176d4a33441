"""What a document may not say, told all at once, each mistake in a sentence.

Sources: 党政机关公文处理工作条例 (2012) art. 13, 15, 16; 整治形式主义为基层减负若干规定 (2024):
departments order no party and government below them; at most 5,000 characters; nobody below is
asked to report how a document was carried out.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args

from workflow.engine.case import Unit
from workflow.engine.words import Level
from workflow.papers.composing import Composed
from workflow.papers.numbers import ACCOUNT, IDENTITY, MOBILE, numbers_in

MOST_CHARACTERS = 5000
_LEVELS: tuple[str, ...] = get_args(Level)

_ORDERS = re.compile(r"必须|务必|责令|勒令|严禁|不得有误|限期整改到位|令你|特此命令|遵照执行")
_AREAS = {"province": r"省|自治区|市", "prefecture": r"省|自治区|州|盟|市"}
"""What lies at the level of who writes, or above; a 市 may be of any, and below that all are."""
_ANY_AREA = r"省|自治区|州|盟|市|县|旗|(?<![社小园校厂景库片])区"
_SUPERIOR = (
    r"(?:国务院|(?:党|中共)?中央|地委|行署|(?:AREAS)(?:"
    r"党?委(?:员会)?|(?:人民)?政府|人大|政协|领导|长(?![效期远])"
    r"|[^，。；\n村居社]{0,12}(?:领导小组|指挥部)))"
)
_HAVING = (
    r"(?:常务委员会|常委会?|常务会?议?|主任会议|专题会议?|全体会议?|会议|党组"
    r"|第?[\d一二三四五六七八九十百]+[届次号]|主要|分管|负责|同志"
    r"|讨论|研究|审议|审定|审核|审查|批示|原则|一致|正式|书面|专题|[及和与、]|（[^（）\n]{0,20}）){0,8}"
)
"""How they came to agree."""
_NAMED = r"(?:(?:副?(?:书记|主席|主任|秘书长)|(?<=领导)|(?<=长))[\u4e00-\u9fa5]{0,4})?"
_BY_CONSENT = (
    r"(?<![未须需应不])经(?![济费营验])[^，。；\n]{0,12}?"
    rf"{_SUPERIOR}(?:{_HAVING}{_SUPERIOR}){{0,3}}{_HAVING}{_NAMED}{_HAVING}(?:同意|授权|批准)"
)
"""What a superior has agreed to; that villagers or departments agreed gives no leave."""
_CONSENT = "要写明本级以上党委、政府、人大、政协或其领导的同意，例如“经州人民政府同意”"
_DECIDE = "批示|批准|审批|批复|审定|核准|核批|裁定"
_REQUESTS = re.compile(
    rf"(?<![申提报邀])请(?:予以?|给予)?(?:{_DECIDE})|妥否|(?<![应适正])当否"
    r"|(?<![^。；，：！？）.\s])"
    r"(?:[一二三四五六七八九十]是|[我本][县州市区局办委镇乡村]|现|特|故|为此|在此|并|同时|再次)*"
    r"(?:(?:恳请|敬请|谨请|请求|希?望(?![^各贵我][县区]))[^，。；\n]{0,20}(?:解决|支持|批[准复示]|拨付|追加)"
    rf"|请[^，。；\n]{{0,12}}(?:{_DECIDE}|拨付|追加))"
)
"""What the writer asks for; that others asked, hoped and applied is what reports tell of.

Counties are called 望谟 and 望都.
"""
_HOW_CARRIED_OUT = re.compile(
    r"(报送|上报|报告)[^，。；！\n]{0,12}(贯彻|落实)[^，。；！\n]{0,4}情况"
)
_GAPS = re.compile(r"[^\S\n]+")
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
    if sides.issuer.kind == "government" or not below or _by_consent(document, sides.issuer):
        return
    if document.kind not in _LETTERLIKE:
        yield (
            f"部门不能向下级党委政府发“{document.kind}”，请改用函，或由本级党委政府印发；"
            f"经同意行文的，{_CONSENT}"
        )
    words = dict.fromkeys(found[0] for found in _ORDERS.finditer(document.text))
    if words:
        quoted = "、".join(f"“{word}”" for word in words)
        yield (
            f"部门不能向下级党委政府提出指令性要求，请改掉{quoted}，例如改成“请”；"
            f"经同意的，{_CONSENT}"
        )


def _by_consent(document: Composed, issuer: Unit) -> bool:
    """Whether it says that a superior of the issuer's level or above has agreed: that those who
    are ordered did, or others of their level, gives no leave.
    """
    text = document.text
    for name in document.to:
        text = text.replace(name, "")
    return bool(_consent_above(issuer.level).search(text))


@cache
def _consent_above(level: str) -> re.Pattern[str]:
    return re.compile(_BY_CONSENT.replace("AREAS", _AREAS.get(level, _ANY_AREA)))


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
    found = {number.kind for number in numbers_in(document.text)}
    for what in (IDENTITY, MOBILE, ACCOUNT):
        if what in found:
            yield f"公开的文件里不能有{what}，请删去"
    text = _bare(document.text)
    for words in dict.fromkeys(one.strip() for one in personal):
        if len(words) > 1 and _bare(words) in text:
            yield f"公开的文件里不能有个人信息，请删去“{words[:20]}”"


def _bare(text: str) -> str:
    """A letter is one however wide, and stands beside another whatever gap is between them."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", text))
