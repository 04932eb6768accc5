"""Tencent Cloud SMS (短信), action SendSms of 2021-01-11, signed by TC3-HMAC-SHA256.

Signature: https://cloud.tencent.com/document/api/382/52072; delivery reports: https://cloud.tencent.com/document/product/382/59178.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from guanxi.surfaces.channels.providers.base import Busy, Parcel, Provider, Report, Setting, Unsure, call, verdict

ACTION, VERSION, SERVICE, ALGORITHM = "SendSms", "2021-01-11", "sms", "TC3-HMAC-SHA256"
KIND = "application/json"
#: How codes begin that say: not now; and of which nobody knows whether the message went. Others are final.
LATER, UNKNOWN = ("RequestLimitExceeded",), ("InternalError",)


class Tencent(Provider):
    """Tencent Cloud."""

    code, label, medium, approved = "tencent", _("Tencent Cloud SMS"), "sms", True
    settings = (
        Setting("signature", _("Signature"), _("As the operators have approved it, without brackets.")),
        Setting("app", "SdkAppId"),
        Setting("key", "SecretId"),
        Setting("secret", "SecretKey", secret=True),
        Setting("region", _("Region of the service"), default="ap-guangzhou"),
        Setting("address", _("Address"), default="https://sms.tencentcloudapi.com", sort="address"),
    )

    def send(self, says: Mapping[str, str], parcel: Parcel) -> str:
        """Hand it over; the SerialNo. Raises Declined, Busy or Unsure."""
        asked = {
            "PhoneNumberSet": [parcel.to],
            "SmsSdkAppId": says["app"],
            "SignName": says["signature"],
            "TemplateId": parcel.code,
            "TemplateParamSet": list(parcel.parameters),
            "SessionContext": parcel.name,
        }
        body, address = json.dumps(asked, ensure_ascii=False).encode(), says["address"].rstrip("/")
        sent = headers(urlsplit(address).netloc, body, says["key"], says["secret"], says["region"])
        return _read(*call(f"{address}/", body, sent))

    def reports(self, body: bytes) -> list[Report]:
        """A list of what became of which `sid`."""
        told = json.loads(body)
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise ValueError("no list of reports")
        why = lambda each: " ".join(str(each[key]) for key in ("errmsg", "description") if each.get(key))
        return [Report(str(each.get("sid") or ""), each.get("report_status") == "SUCCESS", why(each)) for each in told]

    def heard(self) -> dict[str, Any]:
        """Anything else is told again."""
        return {"result": 0, "errmsg": "OK"}


def headers(host: str, body: bytes, key: str, secret: str, region: str, *, at: int = 0) -> dict[str, str]:
    """The signed headers of a request with this body; `at`, in seconds since 1970, makes it repeatable."""
    moment = at or int(time.time())
    day = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
    signed = {"content-type": KIND, "host": host}
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    asked = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()))
    scope = f"{day}/{SERVICE}/tc3_request"
    what = "\n".join((ALGORITHM, str(moment), scope, hashlib.sha256(asked.encode()).hexdigest()))
    with_key = f"TC3{secret}".encode()
    for part in (day, SERVICE, "tc3_request"):
        with_key = hmac.new(with_key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(with_key, what.encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": KIND,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Version": VERSION,
        "X-TC-Timestamp": str(moment),
        "X-TC-Region": region,
        "Authorization": f"{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}",
    }


def _read(status: int, answer: bytes) -> str:
    try:
        told = json.loads(answer)["Response"]
        if "Error" in told:
            code, said, number = str(told["Error"]["Code"]), str(told["Error"].get("Message", "")), ""
        else:
            first = told["SendStatusSet"][0]
            code, said, number = str(first["Code"]), str(first.get("Message", "")), str(first.get("SerialNo", ""))
    except (ValueError, KeyError, TypeError, IndexError) as problem:
        raise (Busy if status in (429, 503) else Unsure)(f"HTTP {status}") from problem
    if code == "Ok":
        return number
    raise verdict(code, LATER, UNKNOWN)(f"{code}: {said}")


__all__ = ["Tencent", "headers"]
