"""SMS through Aliyun (阿里云短信服务), by its own SDK: extra `aliyun`.

    aliyun://AccessKeyId:Secret@dysmsapi.aliyuncs.com?templates=/path/sms.yaml&timeout=10

`tls=none` speaks plain HTTP, for a proxy inside the office. The templates file is described in
`sms_templates`. Receipts are asked for, message by message (QuerySendDetails).
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from notifications.channels.channel import Clock, Envelope, Sender, one_line
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.cloud_sms import Answer, CloudSender, need_sdk
from notifications.channels.codes import Codes
from notifications.channels.overhearing import Heard, nobody
from notifications.channels.reporting import CannotCollect, Fate, Keep, Outstanding, Report
from notifications.channels.sms_templates import Dialect, Filled, SmsTemplates
from workflow.engine.calendar import ZONE, local_day

CODES = Codes(
    accepted="OK",
    refused=(
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.INVALID_PARAMETERS",
        "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.INVALID_JSON_PARAM", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.SMS_CONTENT_ILLEGAL",
        "isv.BLACKLIST", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
    ),
    throttled={
        # minute, hour or day: only the words say which, so it is tried each hour
        "isv.BUSINESS_LIMIT_CONTROL": timedelta(hours=1),
        "isv.DAY_LIMIT_CONTROL": timedelta(hours=6),
        "isv.MONTH_LIMIT_CONTROL": timedelta(hours=24),
        "Throttling": timedelta(minutes=1),
    },
)  # fmt: skip

_WAITING, _FAILED, _ARRIVED = 1, 2, 3  # SendStatus of QuerySendDetails
_NO_SUCH_NUMBER = frozenset({"MOBILE_NOT_EXIST", "MK:0000", "MK:0001", "UNKNOWN_NUMBER"})


DIALECT = Dialect(re.compile(r"\$\{(\w+)\}"), longest=35)
"""`${name}`, at most 35 characters (变量规范 of 通知短信, attribute 其他)."""


class AliyunChannel:
    """One access key."""

    name = "aliyun"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        del now  # the SDK dates its requests itself
        url.allow("templates", "tls", "timeout")
        if not url.user or not url.password:
            raise MalformedUrl("阿里云短信要写 AccessKeyId:Secret@")
        self._templates = SmsTemplates(Path(url.need("templates")), DIALECT)
        self._key, self._secret = url.user, url.password
        self._endpoint = f"{url.host}:{url.port}" if url.port else url.host
        self._protocol = "http" if url.choose("tls", "implicit", "none") == "none" else "https"
        self._timeout_ms = int(url.timeout_seconds * 1000)
        self._heard: Heard = nobody
        need_sdk("alibabacloud_dysmsapi20170525", "aliyun")

    def overhear(self, heard: Heard) -> None:
        """Write down what is asked and answered; how the SDK signs it is its own affair."""
        self._heard = heard

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        client, options = self._client()

        def call(number: str, filled: Filled, key: str) -> Answer:
            return _send(client, options, number, filled, key)

        yield CloudSender("阿里云短信", self._templates, CODES, call, self._heard)

    def worded(self, envelope: Envelope) -> str:
        return self._templates.fill(envelope).text

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        client, options = self._client()
        for one in outstanding:
            try:
                report = _ask(client, options, one)
            except Exception as error:  # the SDK raises what its transport raises
                why = one_line(str(getattr(error, "code", "") or type(error).__name__))
                raise CannotCollect(f"向阿里云查询短信回执没有成功（{why}）。") from None
            if report is not None:
                keep([report])

    def _client(self) -> tuple[Any, Any]:
        # Not at the top: who sends no SMS this way need not have the SDK installed.
        from alibabacloud_dysmsapi20170525.client import Client
        from alibabacloud_tea_openapi.models import Config
        from darabonba.runtime import RuntimeOptions

        config = Config(
            access_key_id=self._key,
            access_key_secret=self._secret,
            endpoint=self._endpoint,
            protocol=self._protocol,
        )
        waits = {"connect_timeout": self._timeout_ms, "read_timeout": self._timeout_ms}
        # A repeated request is a second message: whether to try again is not the SDK's to decide.
        return Client(config), RuntimeOptions(autoretry=False, max_attempts=1, **waits)


def _send(client: Any, options: Any, number: str, filled: Filled, key: str) -> Answer:
    from alibabacloud_dysmsapi20170525.models import SendSmsRequest

    request = SendSmsRequest(
        phone_numbers=_national(number),
        sign_name=filled.signature,
        template_code=filled.id,
        template_param=json.dumps(dict(filled.variables), ensure_ascii=False),
        out_id=key[:255],
    )
    try:
        body = client.send_sms_with_options(request, options).body
    except Exception as error:
        if code := _code_of(error):
            return Answer(code, str(getattr(error, "message", "") or ""))
        raise
    return Answer(body.code or "", body.message or "", body.biz_id)


def _code_of(error: Exception) -> str:
    """The provider's code, where an HTTP error carried one."""
    code = getattr(error, "code", None)
    answered = getattr(error, "status_code", None) or getattr(error, "data", None)
    return str(code) if code and answered else ""


def _ask(client: Any, options: Any, one: Outstanding) -> Report | None:
    from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest

    request = QuerySendDetailsRequest(
        phone_number=_national(one.to),
        biz_id=one.about,
        send_date=local_day(one.at).strftime("%Y%m%d"),
        page_size=10,
        current_page=1,
    )
    body = client.query_send_details_with_options(request, options).body
    details = body.sms_send_detail_dtos.sms_send_detail_dto if body.sms_send_detail_dtos else []
    return _report(one, details[0]) if body.code == "OK" and details else None


def _report(one: Outstanding, detail: Any) -> Report | None:
    code = one_line(str(detail.err_code or "")) or None
    if detail.send_status == _ARRIVED:
        fate, words = Fate.DELIVERED, "短信已送达手机"
    elif detail.send_status == _FAILED:
        fate, words = Fate.UNDELIVERED, "短信没有送达"
    else:
        return None
    sentence = f"{words}（{code}）。" if code else f"{words}。"
    bad = fate is Fate.UNDELIVERED and code in _NO_SUCH_NUMBER
    return Report(one.about, fate, sentence, code, _date(detail.receive_date), bad)


def _date(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    except ValueError:
        return None


def _national(number: str) -> str:
    """Numbers of the mainland go without the country's code."""
    digits = number.replace(" ", "").replace("-", "")
    return digits[3:] if digits.startswith("+86") else digits.lstrip("+")
