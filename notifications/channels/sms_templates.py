"""The templates registered with an SMS provider, and which of ours each stands for.

Chinese providers send only texts registered with them. A YAML (or JSON) file maps ours to theirs:

    signature: 黔西南督办
    templates:
      overdue:
        id: SMS_1001
        text: 您单位的事项“${name}”已逾期，期限是${day}，请登录督办系统办理。
        variables: {name: headline, day: due}

reads: send our `overdue` as SMS_1001, which was registered with this text and whose variable `name`
takes our `headline`. Where a provider numbers its variables (Tencent: `{1}`), they take ours in the
order of the file. `longest` is how many characters a variable may have, for the file or a template.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from notifications.channels.channel import Envelope, Unsendable, encodable
from notifications.channels.channel_url import MalformedUrl
from notifications.channels.sms_parts import SHORTEST_HEADLINE, SINGLE_UNITS, short, units_in

OF_MESSAGES = frozenset(
    "workflow number headline state what due why left unit person summary".split()
)
"""Our variables that are words; an address may be in no variable."""

MOST = 500
"""Characters of a whole message, its signature and what its variables hold."""

NOTHING = "无"
"""What stands for an empty variable, which providers refuse."""

_FORM = "{id: 对方模板号, text: 报备的全文, variables: {对方变量: 我方变量}}"
_LONGEST_FILE = 200_000  # characters
_OURS = Path(__file__).parent.parent / "templates"
_SIGNATURE = str.maketrans("【】", "〔〕")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a provider writes the variables of a text, and how long they may be by its rules."""

    place: re.Pattern[str]
    numbered: bool = False
    longest: int = MOST

    def names(self, variables: Mapping[str, str]) -> list[str]:
        """What the places of a text are called, in the order of the file."""
        return [str(n + 1) if self.numbered else name for n, name in enumerate(variables)]


BY_NAME = Dialect(re.compile(r"\$?\{(\w+)\}"))


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with what this message puts into it; `text` is what arrives."""

    id: str
    signature: str
    variables: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template registered with the provider."""

    id: str
    text: str
    variables: Mapping[str, str]
    """The provider's name of a variable -> ours."""

    signature: str
    longest: int
    dialect: Dialect

    def fill(self, given: Mapping[str, str]) -> Filled:
        """What this message puts in: cut where it is too long, the headline also for one part."""
        values = {theirs: self._fit(given[ours]) for theirs, ours in self.variables.items()}
        for theirs, ours in self.variables.items():
            over = units_in(self._worded(values)) - SINGLE_UNITS
            if ours == "headline" and 0 < over <= len(values[theirs]) - SHORTEST_HEADLINE:
                values[theirs] = short(values[theirs], len(values[theirs]) - over)
        return Filled(self.id, self.signature, values, self._worded(values))

    def _fit(self, value: str) -> str:
        return short(encodable(value).translate(_SIGNATURE), self.longest) or NOTHING

    def _worded(self, values: Mapping[str, str]) -> str:
        by_place = dict(zip(self.dialect.names(values), values.values(), strict=True))
        text = self.dialect.place.sub(lambda place: by_place[place[1]], self.text)
        return f"【{self.signature}】{text}"


class SmsTemplates:
    """The templates of a file; raises MalformedUrl with a sentence for each mistake."""

    def __init__(self, path: Path, dialect: Dialect = BY_NAME) -> None:
        self._templates = _read(path, dialect)

    def fill(self, envelope: Envelope) -> Filled:
        """What to send for a message; raises Unsendable."""
        template = self._templates.get(envelope.template)
        if template is None:
            raise Unsendable(
                f"短信模板 {envelope.template} 还没有对应的报备模板，没有发送；"
                "请管理员在短信模板文件里补上。"
            )
        missing = sorted(set(template.variables.values()) - set(envelope.variables))
        if missing:
            raise Unsendable(
                f"短信模板 {envelope.template} 缺少变量 {'、'.join(missing)}，没有发送；"
                "请管理员核对短信模板文件。"
            )
        return template.fill(envelope.variables)


def read_mapping(path: Path, what: str) -> Mapping[str, Any]:
    """A YAML file that is one mapping; raises MalformedUrl."""
    try:
        text = path.read_text("utf-8")
        if len(text) > _LONGEST_FILE:
            raise MalformedUrl(f"{what} {path} 太长")
        content = YAML(typ="safe", pure=True).load(text)
    except (OSError, UnicodeDecodeError):
        raise MalformedUrl(f"读不了{what} {path}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"（第 {mark.line + 1} 行）" if mark else ""
        raise MalformedUrl(f"{what} {path} 不是合规的 YAML{where}") from None
    if not isinstance(content, dict):
        raise MalformedUrl(f"{what} {path} 的最外层要写成 名称: 内容")
    return content


def _read(path: Path, dialect: Dialect) -> dict[str, Template]:
    content = read_mapping(path, "短信模板文件")
    known = ("signature", "longest", "templates")
    mistakes = [f"多了 {key}" for key in content if key not in known]
    entries = content.get("templates")
    if not _is_word(content.get("signature")):
        mistakes.append("signature 要写报备过的签名")
    if not isinstance(entries, dict) or not entries:
        mistakes.append(f"templates 要写成 我方模板: {_FORM}")
        entries = {}
    templates = {
        str(name): _template(str(name), entry, content, dialect, mistakes)
        for name, entry in entries.items()
    }
    if mistakes:
        raise MalformedUrl(f"短信模板文件 {path} 有错：{'；'.join(mistakes)}")
    return templates


_BLANK = Template("", "", {}, "", 0, BY_NAME)


def _template(
    name: str, entry: Any, file: Mapping[str, Any], dialect: Dialect, mistakes: list[str]
) -> Template:
    if not (_OURS / f"{name}.sms.txt").is_file():
        mistakes.append(f"没有我方模板 {name}")
    if not isinstance(entry, dict):
        mistakes.append(f"{name} 要写成 {_FORM}")
        return _BLANK
    for key in entry.keys() - {"id", "text", "variables", "signature", "longest"}:
        mistakes.append(f"{name} 里多了 {key}")
    id_, own = entry.get("id"), entry.get("signature", file.get("signature"))
    if not _is_word(id_):
        mistakes.append(f"{name}.id 要写对方的模板号")
    if not _is_word(own):
        mistakes.append(f"{name}.signature 要写报备过的签名")
    variables = _variables(name, entry.get("variables", {}), mistakes)
    text = _text(name, entry.get("text"), variables, dialect, mistakes)
    longest = entry.get("longest", file.get("longest", dialect.longest))
    if not isinstance(longest, int) or not 1 <= longest <= MOST:
        mistakes.append(f"{name}.longest 要写一个变量至多多少个字")
        return _BLANK
    free = MOST - len(dialect.place.sub("", text)) - len(str(own)) - len("【】")
    longest = min(longest, free // max(len(variables), 1))
    return Template(str(id_), text, variables, str(own), longest, dialect)


def _variables(name: str, given: Any, mistakes: list[str]) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(map(_is_word, given.values())):
        mistakes.append(f"{name}.variables 要写成 {{对方变量: 我方变量}}")
        return {}
    for ours in given.values():
        if ours not in OF_MESSAGES:
            known = "、".join(sorted(OF_MESSAGES))
            mistakes.append(f"{name}.variables 里没有我方变量 {ours}，可用的有 {known}")
    return {str(theirs): str(ours) for theirs, ours in given.items()}


def _text(
    name: str, given: Any, variables: Mapping[str, str], dialect: Dialect, mistakes: list[str]
) -> str:
    """The text as it was registered: each of its places has a variable, each variable a place."""
    if not _is_word(given):
        mistakes.append(f"{name}.text 要写报备的全文，变量照对方的写法")
        return ""
    text = str(given)
    if "【" in text:
        mistakes.append(f"{name}.text 不带签名，签名另写")
    if len(text) > MOST:
        mistakes.append(f"{name}.text 不能超过 {MOST} 个字")
    places, names = set(dialect.place.findall(text)), set(dialect.names(variables))
    if places != names:
        odd = "、".join(sorted(places ^ names))
        mistakes.append(f"{name}.text 和 {name}.variables 的变量对不上：{odd}")
    return text


def _is_word(value: object) -> bool:
    """A number is a template id as good as a text."""
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value).strip())
