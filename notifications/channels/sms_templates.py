"""The templates registered with an SMS provider, and which of ours each stands for.

Chinese providers send only texts registered with them. A YAML (or JSON) file maps ours to theirs:

    signature: 黔西南督办
    templates:
      overdue: {id: SMS_1001, variables: {name: headline, day: due}}

reads: send our `overdue` as SMS_1001, whose variable `name` takes our variable `headline`. Where a
provider numbers its variables (Tencent), they take ours in the order of the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from notifications.channels.channel import Envelope, Unsendable, encodable
from notifications.channels.channel_url import MalformedUrl

_FORM = "{id: 对方模板号, variables: {对方变量: 我方变量}}"
_LONGEST_FILE = 200_000  # characters


@dataclass(frozen=True, slots=True)
class Template:
    """A template registered with the provider."""

    id: str
    variables: Mapping[str, str]
    """The provider's name of a variable -> ours."""

    signature: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with what this message puts into it."""

    id: str
    signature: str
    variables: Mapping[str, str]


class SmsTemplates:
    """The templates of a file; raises MalformedUrl with a sentence for each mistake."""

    def __init__(self, path: Path) -> None:
        self._templates = _read(path)

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
        values = {
            theirs: encodable(envelope.variables[ours])
            for theirs, ours in template.variables.items()
        }
        return Filled(template.id, template.signature, values)


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


def _read(path: Path) -> dict[str, Template]:
    content = read_mapping(path, "短信模板文件")
    mistakes = [f"不认识 {key}" for key in content if key not in ("signature", "templates")]
    signature, entries = content.get("signature"), content.get("templates")
    if not _is_word(signature):
        mistakes.append("signature 要写报备过的签名")
    if not isinstance(entries, dict) or not entries:
        mistakes.append(
            "templates 要写成 我方模板: {id: 对方模板号, variables: {对方变量: 我方变量}}"
        )
        entries = {}
    templates = {
        str(name): _template(str(name), entry, signature, mistakes)
        for name, entry in entries.items()
    }
    if mistakes:
        raise MalformedUrl(f"短信模板文件 {path} 有错：{'；'.join(mistakes)}")
    return templates


def _template(name: str, entry: Any, signature: Any, mistakes: list[str]) -> Template:
    if not isinstance(entry, dict):
        mistakes.append(f"{name} 要写成 {_FORM}")
        return Template("", {}, "")
    for key in entry.keys() - {"id", "variables", "signature"}:
        mistakes.append(f"{name} 里不认识 {key}")
    id_, own = entry.get("id"), entry.get("signature", signature)
    if not _is_word(id_):
        mistakes.append(f"{name}.id 要写对方的模板号")
    if not _is_word(own):
        mistakes.append(f"{name}.signature 要写报备过的签名")
    variables = entry.get("variables", {})
    if not isinstance(variables, dict) or not all(map(_is_word, variables.values())):
        mistakes.append(f"{name}.variables 要写成 {{对方变量: 我方变量}}")
        variables = {}
    return Template(str(id_), {str(k): str(v) for k, v in variables.items()}, str(own))


def _is_word(value: object) -> bool:
    """A number is a template id as good as a text."""
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value).strip())
