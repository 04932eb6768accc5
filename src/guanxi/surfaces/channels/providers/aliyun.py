"""Alibaba Cloud SMS (短信服务), action SendSms of 2017-05-25, signed by ACS3-HMAC-SHA256.

Signature: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature; delivery reports by HTTP: SmsReport.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from guanxi.surfaces.channels.providers.base import Busy, Parcel, Provider, Report, Setting, Unsure, call, verdict

ACTION, VERSION, ALGORITHM = "SendSms", "2017-05-25", "ACS3-HMAC-SHA256"
#: How codes begin that say: not now; and of which nobody knows whether the message went. Others are final.
LATER, UNKNOWN = ("Throttling", "ServiceUnavailable"), ("InternalError", "isp.SYSTEM_ERROR")


class Aliyun(Provider):
    """Alibaba Cloud."""

    code, label, medium, approved = "aliyun", _("Alibaba Cloud SMS"), "sms", True
    settings = (
        Setting("signature", _("Signature"), _("As the operators have approved it, without brackets.")),
        Setting("key", "AccessKey ID"),
        Setting("secret", "AccessKey Secret", secret=True),
        Setting("address", _("Address"), default="https://dysmsapi.aliyuncs.com", sort="address"),
    )

    def send(self, says: Mapping[str, str], parcel: Parcel) -> str:
        """Hand it over; the BizId. Raises Declined, Busy or Unsure."""
        asked = {
            "PhoneNumbers": domestic(parcel.to),
            "SignName": says["signature"],
            "TemplateCode": parcel.code,
            "OutId": parcel.name,
        }
        if parcel.parameters:
            asked["TemplateParam"] = json.dumps(dict(zip(parcel.names, parcel.parameters, strict=True)), ensure_ascii=False)
        query = "&".join(f"{quoted(key)}={quoted(asked[key])}" for key in sorted(asked))
        address = says["address"].rstrip("/")
        status, answer = call(f"{address}/?{query}", b"", headers(urlsplit(address).netloc, query, says["key"], says["secret"]))
        return _read(status, answer)

    def reports(self, body: bytes) -> list[Report]:
        """SmsReport: a list of what became of which BizId."""
        told = json.loads(body)
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise ValueError("no list of reports")
        return [Report(str(each.get("biz_id") or ""), each.get("success") is True, _why(each)) for each in told]

    def heard(self) -> dict[str, Any]:
        """Anything else is told again."""
        return {"code": 0, "msg": "成功"}


def headers(host: str, query: str, key: str, secret: str, *, at: datetime | None = None, nonce: str = "") -> dict[str, str]:
    """The signed headers of a request with this query and no body; `at` and `nonce` make it repeatable."""
    digest = hashlib.sha256(b"").hexdigest()
    signed = {
        "host": host,
        "x-acs-action": ACTION,
        "x-acs-content-sha256": digest,
        "x-acs-date": (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce or uuid4().hex,
        "x-acs-version": VERSION,
    }
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    asked = hashlib.sha256("\n".join(("POST", "/", query, lines, names, digest)).encode()).hexdigest()
    signature = hmac.new(secret.encode(), f"{ALGORITHM}\n{asked}".encode(), hashlib.sha256).hexdigest()
    return {**signed, "Authorization": f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"}


def domestic(number: str) -> str:
    """How this provider writes a number: a Chinese mobile by its eleven digits, others with their country and no sign."""
    return number.removeprefix("+86").removeprefix("+")


def _read(status: int, answer: bytes) -> str:
    try:
        told = json.loads(answer)
        code, said = str(told["Code"]), str(told.get("Message", ""))
    except (ValueError, KeyError, TypeError) as problem:
        raise (Busy if status in (429, 503) else Unsure)(f"HTTP {status}") from problem
    if code == "OK":
        return str(told.get("BizId", ""))
    raise verdict(code, LATER, UNKNOWN)(f"{code}: {said}")


def _why(each: Mapping[str, Any]) -> str:
    return " ".join(str(each[key]) for key in ("err_code", "err_msg") if each.get(key))


def quoted(text: str) -> str:
    """As a query is written for signing: RFC 3986, where only unreserved signs stand as they are."""
    return quote(text, safe="-_.~")


__all__ = ["Aliyun", "domestic", "headers", "quoted"]
