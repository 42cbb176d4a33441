"""Aliyun's and Tencent's SMS service as far as we use them, on this machine.

Both work out the signature of each request by the providers' published rules (ACS3-HMAC-SHA256,
TC3-HMAC-SHA256), written here from their documentation, and refuse a wrong one.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.simulators.http_server import HttpServer, Reply, Request

KEY, SECRET = "our-key-id", "very-secret"


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hmac_of(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class AliyunSms(HttpServer):
    """Takes messages, and reports those in `arrived` as delivered and in `failed` as not."""

    def __init__(self, *script: Reply) -> None:
        super().__init__(script)
        self.messages: list[dict[str, str]] = []
        self.arrived: set[str] = set()
        self.failed: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"aliyun://{KEY}:{SECRET}@127.0.0.1:{self.port}?tls=none"

    def answer(self, request: Request) -> Reply:
        if not self._is_signed(request):
            return Reply(400, {"Code": "SignatureDoesNotMatch", "Message": "no", "RequestId": "1"})
        fields = dict(parse_qsl(request.query, keep_blank_values=True))
        if request.headers["x-acs-action"] == "SendSms":
            self.messages.append(fields)
            biz_id = f"biz-{len(self.messages)}"
            return Reply(200, {"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": "1"})
        return Reply(200, {"Code": "OK", "RequestId": "1", **self._details(fields)})

    def _details(self, asked: Mapping[str, str]) -> dict[str, Any]:
        biz_id = asked["BizId"]
        status = 3 if biz_id in self.arrived else 2 if biz_id in self.failed else 1
        detail = {
            "PhoneNum": asked["PhoneNumber"], "SendStatus": status, "OutId": "-",
            "SendDate": "2026-03-02 09:00:00", "ReceiveDate": "2026-03-02 09:00:05",
            "ErrCode": self.failed.get(biz_id, "DELIVERED" if status == 3 else ""),
        }  # fmt: skip
        return {"TotalCount": 1, "SmsSendDetailDTOs": {"SmsSendDetailDTO": [detail]}}

    def _is_signed(self, request: Request) -> bool:
        form = r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})"
        found = re.fullmatch(form, request.headers.get("authorization", ""))
        if not found or found[1] != KEY:
            return False
        payload = sha256_hex(request.body)
        query = sorted(parse_qsl(request.query, keep_blank_values=True))
        canonical = "\n".join([
            request.method,
            quote(request.path, safe="/-_.~"),
            "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query),
            "".join(f"{name}:{request.headers[name].strip()}\n" for name in found[2].split(";")),
            found[2],
            payload,
        ])  # fmt: skip
        to_sign = f"ACS3-HMAC-SHA256\n{sha256_hex(canonical.encode())}"
        needed = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-version"}
        return (
            needed <= set(found[2].split(";"))
            and request.headers["x-acs-content-sha256"] == payload
            and hmac.compare_digest(found[3], hmac_of(SECRET.encode(), to_sign).hex())
        )


class TencentSms(HttpServer):
    """Takes messages; what `statuses` holds is pulled once."""

    def __init__(self, *script: Reply) -> None:
        super().__init__(script)
        self.messages: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"tencent://{KEY}:{SECRET}@127.0.0.1:{self.port}?tls=none&app=1400006666"

    def answer(self, request: Request) -> Reply:
        if not self._is_signed(request):
            return tencent_error("AuthFailure.SignatureFailure", "no")
        fields = json.loads(request.body)
        if request.headers["x-tc-action"] == "SendSms":
            self.messages.append(fields)
            return tencent_sent("Ok", "send success", f"2640:{len(self.messages)}")
        pulled, self.statuses = self.statuses[: fields["Limit"]], self.statuses[fields["Limit"] :]
        return Reply(200, {"Response": {"RequestId": "1", "PullSmsSendStatusSet": pulled}})

    def report(self, serial: str, status: str, said: str) -> None:
        """Have a status ready to be pulled."""
        self.statuses.append({
            "SerialNo": serial, "ReportStatus": status, "Description": said, "CountryCode": "86",
            "SubscriberNumber": "13800138000", "PhoneNumber": "+8613800138000",
            "UserReceiveTime": 1772413205, "SessionContext": "",
        })  # fmt: skip

    def _is_signed(self, request: Request) -> bool:
        form = (
            r"TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]{10})/sms/tc3_request, "
            r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})"
        )
        found = re.fullmatch(form, request.headers.get("authorization", ""))
        if not found or found[1] != KEY:
            return False
        timestamp = request.headers["x-tc-timestamp"]
        day = datetime.fromtimestamp(int(timestamp), UTC).date().isoformat()
        signed = found[3].split(";")
        canonical = "\n".join([
            request.method, request.path, request.query,
            "".join(f"{name}:{request.headers[name].strip().lower()}\n" for name in signed),
            found[3], sha256_hex(request.body),
        ])  # fmt: skip
        scope = f"{day}/sms/tc3_request"
        digest = sha256_hex(canonical.encode())
        to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
        key = hmac_of(hmac_of(hmac_of(f"TC3{SECRET}".encode(), day), "sms"), "tc3_request")
        return (
            {"content-type", "host"} <= set(signed)
            and found[2] == day
            and hmac.compare_digest(found[4], hmac_of(key, to_sign).hex())
        )


def tencent_sent(code: str, words: str, serial: str = "") -> Reply:
    """The answer to one message."""
    status = {
        "Code": code, "Message": words, "SerialNo": serial, "PhoneNumber": "+8613800138000",
        "Fee": 1, "SessionContext": "", "IsoCode": "CN",
    }  # fmt: skip
    return Reply(200, {"Response": {"SendStatusSet": [status], "RequestId": "1"}})


def tencent_error(code: str, words: str) -> Reply:
    """A request that was refused as a whole."""
    return Reply(200, {"Response": {"Error": {"Code": code, "Message": words}, "RequestId": "1"}})


def aliyun_code(code: str, status: int = 200) -> Reply:
    """An answer with a code."""
    return Reply(status, {"Code": code, "Message": "…", "RequestId": "1"})
