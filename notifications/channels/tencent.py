"""SMS through Tencent Cloud (腾讯云短信), by its own SDK: extra `tencent`.

    tencent://SecretId:SecretKey@sms.tencentcloudapi.com?app=1400006666&templates=/path/sms.yaml

Further: `region=ap-guangzhou`, `timeout=10`, and `tls=none` for a proxy inside the office. The
templates file is described in `sms_templates`. Receipts are pulled (PullSmsSendStatus), a service
that Tencent opens on request.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from notifications.channels.channel import Clock, Envelope, Sender, one_line
from notifications.channels.channel_url import ChannelUrl, MalformedUrl
from notifications.channels.cloud_sms import Answer, CloudSender, need_sdk
from notifications.channels.codes import Codes
from notifications.channels.overhearing import Heard, nobody
from notifications.channels.reporting import CannotCollect, Fate, Keep, Outstanding, Report
from notifications.channels.sms_templates import Dialect, Filled, SmsTemplates

CODES = Codes(
    accepted="Ok",
    refused=(
        "InvalidParameterValue.IncorrectPhoneNumber", "InvalidParameterValue.TemplateParameter",
        "InvalidParameterValue.ContentLengthLimit", "InvalidParameterValue.ProhibitedUseUrl",
        "FailedOperation.ContainSensitiveWord", "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "UnsupportedOperation.ChineseMainland", "UnsupportedOperation.ContainDomesticAndInter",
    ),
    throttled={
        "LimitExceeded.PhoneNumberThirtySecondLimit": timedelta(minutes=1),
        "LimitExceeded.PhoneNumberOneHourLimit": timedelta(hours=1),
        "LimitExceeded.PhoneNumberDailyLimit": timedelta(hours=6),
        "LimitExceeded.PhoneNumberSameContentDailyLimit": timedelta(hours=6),
        "LimitExceeded.AppDailyLimit": timedelta(hours=6),
        "LimitExceeded.DailyLimit": timedelta(hours=6),
        "LimitExceeded": timedelta(minutes=10),
        "RequestLimitExceeded": timedelta(minutes=1),
    },
)  # fmt: skip
"""The first that fits counts, so what is special stands before what is general."""

_MOST_PULLED = 100
_NO_SUCH_NUMBER = ("空号", "号码不存在", "号码无效")


DIALECT = Dialect(re.compile(r"\{(\d+)\}"), numbered=True)
"""`{1}`; an enterprise's variables have no limit but the message's, a person's have 12 characters
(`longest: 12`).
"""


class TencentChannel:
    """One secret with one application."""

    name = "tencent"

    def __init__(self, url: ChannelUrl, now: Clock) -> None:
        del now  # the SDK dates its requests itself
        url.allow("app", "region", "templates", "tls", "timeout")
        if not url.user or not url.password:
            raise MalformedUrl("腾讯云短信要写 SecretId:SecretKey@")
        self._templates = SmsTemplates(Path(url.need("templates")), DIALECT)
        self._app = url.need("app")
        self._region = url.options.get("region", "ap-guangzhou")
        self._key, self._secret = url.user, url.password
        self._endpoint = f"{url.host}:{url.port}" if url.port else url.host
        self._protocol = "http" if url.choose("tls", "implicit", "none") == "none" else "https"
        self._timeout_seconds = url.timeout_seconds
        self._heard: Heard = nobody
        need_sdk("tencentcloud.sms", "tencent")

    def overhear(self, heard: Heard) -> None:
        """Write down what is asked and answered; how the SDK signs it is its own affair."""
        self._heard = heard

    @contextmanager
    def connect(self) -> Iterator[Sender]:
        client = self._client()

        def call(number: str, filled: Filled, key: str) -> Answer:
            return _send(client, self._app, number, filled, key)

        yield CloudSender("腾讯云短信", self._templates, CODES, call, self._heard)

    def worded(self, envelope: Envelope) -> str:
        return self._templates.fill(envelope).text

    def collect(self, outstanding: Sequence[Outstanding], keep: Keep) -> None:
        """What is pulled is gone there, so it is kept whether we wait for it or not."""
        if not outstanding:
            return
        client = self._client()
        while statuses := self._pull(client):
            keep([_report(status) for status in statuses])
            if len(statuses) < _MOST_PULLED:
                return

    def _pull(self, client: Any) -> list[Any]:
        from tencentcloud.sms.v20210111.models import PullSmsSendStatusRequest

        request = PullSmsSendStatusRequest()
        request.SmsSdkAppId, request.Limit = self._app, _MOST_PULLED
        try:
            return list(client.PullSmsSendStatus(request).PullSmsSendStatusSet or [])
        except Exception as error:  # the SDK raises what its transport raises
            why = one_line(str(getattr(error, "code", "") or type(error).__name__))
            raise CannotCollect(f"向腾讯云拉取短信回执没有成功（{why}）。") from None

    def _client(self) -> Any:
        # Not at the top: who sends no SMS this way need not have the SDK installed.
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.sms.v20210111.sms_client import SmsClient

        http = HttpProfile(
            protocol=self._protocol,
            endpoint=self._endpoint,
            reqTimeout=self._timeout_seconds,
            keepAlive=True,
        )
        profile = ClientProfile(signMethod="TC3-HMAC-SHA256", httpProfile=http)
        return SmsClient(Credential(self._key, self._secret), self._region, profile)


def _send(client: Any, app: str, number: str, filled: Filled, key: str) -> Answer:
    from tencentcloud.sms.v20210111.models import SendSmsRequest

    request = SendSmsRequest()
    request.SmsSdkAppId, request.SignName, request.TemplateId = app, filled.signature, filled.id
    request.PhoneNumberSet = [number if number.startswith("+") else f"+86{number}"]
    request.TemplateParamSet = list(filled.variables.values())
    request.SessionContext = key[:512]
    try:
        statuses = client.SendSms(request).SendStatusSet
    except Exception as error:
        if getattr(error, "requestId", None):  # by this the provider's own codes are known
            return Answer(str(error.code), str(error.message))  # type: ignore[attr-defined]
        raise  # nobody answered, or nothing that could be read
    [status] = statuses
    return Answer(status.Code or "", status.Message or "", status.SerialNo or None)


def _report(status: Any) -> Report:
    arrived = status.ReportStatus == "SUCCESS"
    said = one_line(str(status.Description or ""))
    words = "短信已送达手机" if arrived else "短信没有送达"
    happened_at = datetime.fromtimestamp(status.UserReceiveTime, UTC)
    bad = not arrived and any(word in said for word in _NO_SUCH_NUMBER)
    fate = Fate.DELIVERED if arrived else Fate.UNDELIVERED
    return Report(status.SerialNo, fate, f"{words}（{said}）。", said or None, happened_at, bad)
