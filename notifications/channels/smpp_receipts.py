"""Reading an SMPP delivery receipt: by its optional parameters, or by the text of appendix B.

id:0A1B2C sub:001 dlvrd:001 submit date:2611300902 done date:2611300903 stat:DELIVRD err:000 text:…
"""

import re
from datetime import datetime
from typing import Any

from notifications.channels.channel import one_line
from notifications.channels.reporting import Fate, Report
from workflow.engine.calendar import ZONE

_KIND, _RECEIPT, _INTERMEDIATE = 0x3C, 0x04, 0x20  # esm_class, SMPP 3.4, 5.2.12

_STATES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD",
           7: "UNKNOWN", 8: "REJECTD"}  # fmt: skip
_FATES = {
    "DELIVRD": (Fate.DELIVERED, "短信已送达手机"),
    "EXPIRED": (Fate.UNDELIVERED, "短信过了有效期仍未送达，手机可能一直关机"),
    "DELETED": (Fate.UNDELIVERED, "短信在短信中心被删除"),
    "UNDELIV": (Fate.UNDELIVERED, "短信无法送达"),
    "REJECTD": (Fate.UNDELIVERED, "短信被拒收"),
    "UNKNOWN": (Fate.DELAYED, "短信中心查不到短信的去向"),
    "ENROUTE": (Fate.DELAYED, "短信仍在途中"),
    "ACCEPTD": (Fate.DELAYED, "短信已由短信中心代收，仍在途中"),
}
_FIELD = re.compile(r"\b(id|done date|stat|err):\s*(\S*)", re.IGNORECASE)
_UCS2 = 0x08


def read_receipt(pdu: Any) -> Report | None:
    """The report in a deliver_sm; None if it is something else, such as an answer by SMS."""
    if (pdu.esm_class or 0) & _KIND not in (_RECEIPT, _INTERMEDIATE):
        return None
    text = _text(pdu)
    written = {name.lower(): value for name, value in reversed(_FIELD.findall(text))}
    about = _ascii(getattr(pdu, "receipted_message_id", None)) or written.get("id", "")
    state = _STATES.get(getattr(pdu, "message_state", None) or 0) or written.get("stat", "").upper()
    if not about or state not in _FATES:
        return None
    fate, words = _FATES[state]
    error = written.get("err", "").strip("0")
    code = f"{state} {error}" if error else state
    sentence = f"{words}（{one_line(code)}）。"
    return Report(one_line(about), fate, sentence, one_line(code), _date(written.get("done date")))


def _text(pdu: Any) -> str:
    raw = getattr(pdu, "short_message", None) or getattr(pdu, "message_payload", None) or b""
    encoding = "utf-16-be" if pdu.data_coding == _UCS2 else "latin-1"
    return bytes(raw).decode(encoding, "replace")


def _ascii(raw: bytes | None) -> str:
    return raw.rstrip(b"\0").decode("ascii", "replace") if raw else ""


def _date(text: str | None) -> datetime | None:
    """YYMMDDhhmm, by some centres with seconds; they write their own wall time."""
    for form, length in (("%y%m%d%H%M", 10), ("%y%m%d%H%M%S", 12)):
        if text and len(text) == length and text.isdigit():
            try:
                return datetime.strptime(text, form).replace(tzinfo=ZONE)
            except ValueError:
                return None
    return None
