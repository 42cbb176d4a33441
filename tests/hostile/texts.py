"""Texts that other readers than people would obey: browsers, templates, logs, mail, databases."""

import json
from typing import Any

from httpx2 import Response

from tests.api.callers import API, opening
from tests.hostile.corpus import TAKEN, Desk, Hostile, with_facts
from tests.hostile.tables import FORMULAS

_SCRIPT = "alert(1)"

MARKUP: dict[str, str] = {
    "a script": f"<script>{_SCRIPT}</script>",
    "a script in capitals": f"<ScRiPt>{_SCRIPT}</sCrIpT>",
    "a script without an end": f"<script>{_SCRIPT}//",
    "a script in a script": f"<scr<script>ipt>{_SCRIPT}</script>",
    "the end of a text field": f"</textarea><script>{_SCRIPT}</script>",
    "the end of a title": f"</title><script>{_SCRIPT}</script>",
    "the end of an attribute": f'"><script>{_SCRIPT}</script>',
    "the end of an attribute with one quote": f"'><script>{_SCRIPT}</script>",
    "an attribute": f'" autofocus onfocus="{_SCRIPT}',
    "an attribute without quotes": f"x onmouseover={_SCRIPT}",
    "a picture that fails": f"<img src=x onerror={_SCRIPT}>",
    "a drawing that loads": f"<svg/onload={_SCRIPT}>",
    "a drawing with a script": f"<svg><script>{_SCRIPT}</script></svg>",
    "mathematics": f'<math><mi xlink:href="javascript:{_SCRIPT}">x</mi></math>',
    "a frame": f'<iframe srcdoc="<script>{_SCRIPT}</script>"></iframe>',
    "an object": '<object data="data:text/html,x"></object>',
    "a base": '<base href="http://10.0.0.1/">',
    "a form": '<form action="http://10.0.0.1/"><input name=password>',
    "a style": "<style>@import 'http://10.0.0.1/'</style>",
    "a refresh": '<meta http-equiv="refresh" content="0;url=http://10.0.0.1/">',
    "a link that runs": f'<a href="javascript:{_SCRIPT}">点我</a>',
    "a link of a page": "<a href='data:text/html;base64,PHNjcmlwdD4='>点我</a>",
    "a comment without an end": "<!-- 以下全是注释",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a numbered entity": "&#60;script&#62;alert(1)",
    "full width brackets": f"＜script＞{_SCRIPT}＜/script＞",
    "a slash for a blank": f"<img/src/onerror={_SCRIPT}>",
    "a back quote": f"`-{_SCRIPT}-`",
    "what scripts split lines by": "甲\u2028乙\u2029丙丁",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
}

TEMPLATES: dict[str, str] = {
    "a sum": "{{ 7*7 }} 七七",
    "a statement": "{% for a in range(10**9) %}{% endfor %}",
    "a walk to the system": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a walk by a filter": "{{ ''|attr('__class__') }} 走",
    "a walk from a global": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "a configuration": "{{ config.items() }} 设置",
    "an include": "{% include '/etc/passwd' %}",
    "a macro": "{% import 'os' as o %} 引入",
    "a long text": "{{ 'a' * 10**9 }} 很长",
    "an end of raw": "{% endraw %}{{ 7*7 }}",
    "a comment": "{# 注释 #} 后面",
    "a format": "{0.__class__.__init__.__globals__}",
    "a percent": "%s%s%s%n%x %(password)s",
    "a dollar": "${7*7} $(id) `id` #{7*7}",
    "another template": "<%= 7*7 %> [[${7*7}]]",
}

OTHERS: dict[str, str] = {
    "SQL that ends a text": '\'; DROP TABLE "case"; --',
    "SQL that is always so": "' OR '1'='1' -- 永真",
    "SQL's wild cards": "%_%_%_ 百分号",
    "a back slash at the end": "路灯不亮\\",
    "a line of a log": "路灯\n2026-03-01 00:00:00 [error] 系统崩溃",
    "a line of a log by return": "路灯不亮\r2026-03-01 error",
    "colours of a terminal": "\x1b[31m红\x1b[2J\x1b]0;title\x07",
    "a header of a mail": "路灯不亮\r\nBcc: everybody@example.org",
    "a body of a mail": "路灯不亮\r\n\r\n<html>",
    "the end of a mail": "路灯不亮\r\n.\r\nQUIT\r\n",
    "an encoded word": "=?utf-8?b?" + "AAAA" * 100 + "?=",
    "text turned round": "\u202e亮不灯路 \u2066x\u2069",
    "signs without a width": "路\u200b灯\u200d不\ufeff亮了",
    "a tower of accents": "路灯不亮" + "\u0301" * 500,
    "joined people": "👨‍👩‍👧‍👦" * 50,
    "a person with a skin": "👍🏿" * 100,
    "a character beyond 16 bits": "𠮷𠮷𠮷𠮷𠮷",
    "a private character": "\ue000\uf8ff 私用字符",
    "no character": "路灯不亮\ufffe\uffff",
    "a path": "../../../../etc/passwd",
    "a device": "CON NUL AUX 设备",
    "an address inside": "http://169.254.169.254/latest/meta-data/",
    "a wide blank": "\u3000\u3000路灯不亮\u3000",
    "JSON": '{"a": {"$ne": null}, "__proto__": {}}',
    "an LDAP filter": "*)(uid=*))(|(uid=*",
    "a header": "X: y\r\nSet-Cookie: duban=x",
}

TOO_MUCH: dict[str, Any] = {
    "1,001 letters": "甲" * 1001,
    "900,000 letters": "x" * 900_000,
    "only blanks": " " * 50,
    "only signs without a width": "\u200b" * 3,
    "a list": ["路灯不亮"] * 10,
    "an object": {"toString": "路灯不亮"},
    "a number": 12345,
    "yes": True,
    "nothing": None,
}

KEPT: dict[str, str] = {
    **{f"markup: {name}": text for name, text in MARKUP.items()},
    **{f"template: {name}": text for name, text in TEMPLATES.items()},
    **{f"text: {name}": text for name, text in OTHERS.items()},
    **{f"formula: {name}": text for name, text in FORMULAS.items()},
}
"""Texts that may be kept; wherever they are shown, they must be texts."""

_RAW = {
    "NUL": '"路灯\\u0000不亮"',
    "half a character": '"路灯不亮\\ud800"',
    "the other half": '"路灯不亮\\udfff"',
    "a pair the wrong way round": '"路灯\\udfff\\ud800不亮"',
}


def _raw(text: str) -> Hostile:
    """A description that only JSON can spell."""

    def send(desk: Desk) -> Response:
        body = json.dumps(opening(description="HERE"), ensure_ascii=False)
        headers = desk.specialist.headers | {"Content-Type": "application/json"}
        content = body.replace('"HERE"', _RAW[text]).encode()
        return desk.specialist.client.post(f"{API}/cases", content=content, headers=headers)

    return Hostile(f"text: {text}", send, ("invalid_input",))


INPUTS: list[Hostile] = [
    *(
        Hostile(name, with_facts(description=text, place=text), (TAKEN, "invalid_input"))
        for name, text in KEPT.items()
    ),
    *(
        Hostile(f"text: {name}", with_facts(description=value), ("invalid_input",))
        for name, value in TOO_MUCH.items()
    ),
    *map(_raw, _RAW),
]
