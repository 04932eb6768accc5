"""Any SMS service that takes a message by one HTTP request: a form or a JSON object, as its manual says, with our values in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.surfaces.channels.providers.base import Busy, Declined, Parcel, Provider, Setting, Unsure, call

#: What may stand in braces in a value of the request.
PLACES = ("phone", "number", "text", "id", "secret", "signature")
#: Where a request says the secret.
SECRET = "{secret}"
#: Bytes of an answer that are shown.
SHOWN = 200


class Gateway(Provider):
    """A service of one's own choice; its answers are no more than taken or not, so nothing is known of delivery."""

    code, label, medium = "gateway", gettext_lazy("Another SMS service by HTTP"), "sms"
    settings = (
        Setting("address", gettext_lazy("Address"), default="https://", sort="address"),
        Setting(
            "form",
            gettext_lazy("Form of the request"),
            sort="choice",
            default="json",
            choices={"json": gettext_lazy("a JSON object"), "form": gettext_lazy("a form")},
        ),
        Setting(
            "body",
            gettext_lazy("What the request says"),
            format_lazy(
                gettext_lazy(
                    "A JSON object, in whose texts these stand for what they say: {places}. The number is {whole} with its country and {national} "
                    "without. As a form, its values are sent as fields."
                ),
                places=" ".join(f"{{{each}}}" for each in PLACES),
                whole="{phone}",
                national="{number}",
            ),
            default='{"mobile": "{number}", "content": "{signature}{text}"}',
            sort="long",
        ),
        Setting("signature", gettext_lazy("Signature"), required=False),
        Setting(
            "header",
            gettext_lazy("Header that holds the secret"),
            format_lazy(gettext_lazy("For instance {example}; without one it is in the request."), example="Authorization"),
            required=False,
        ),
        Setting("secret", gettext_lazy("Secret"), secret=True, required=False),
        Setting(
            "taken",
            gettext_lazy("It has taken a message where its answer holds"),
            format_lazy(
                gettext_lazy(
                    "For instance {example}. Spaces do not count; without this every answer with a status from 200 to 299 will do."
                ),
                example='"code":0',
            ),
            required=False,
        ),
    )

    def send(self, says: Mapping[str, str], parcel: Parcel) -> str:
        """Hand it over. Raises Declined, Busy or Unsure."""
        values = {
            "phone": parcel.to,
            "number": parcel.to.removeprefix("+86").removeprefix("+"),
            "text": parcel.body,
            "id": parcel.name,
            "secret": says.get("secret", ""),
            "signature": says.get("signature", ""),
        }
        document = replaced(json.loads(says["body"]), lambda text: _placed(text, values))
        if says["form"] == "json":
            body, kind = json.dumps(document, ensure_ascii=False).encode(), "application/json; charset=utf-8"
        else:
            fields = {key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in document.items()}
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded; charset=utf-8"
        headers = {"Content-Type": kind}
        if says.get("header"):
            headers[says["header"]] = says.get("secret", "")
        return _read(says.get("taken", ""), *call(says["address"], body, headers))


def objection(says: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the request, by setting."""
    try:
        document = json.loads(says.get("body", ""))
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return {"body": _("Write a JSON object, for instance %(example)s") % {"example": '{"mobile": "{number}", "content": "{text}"}'}}
    texts: list[str] = []
    replaced(document, lambda text: texts.append(text) or text)  # type: ignore[func-returns-value]
    if not any("{text}" in text for text in texts) or not any("{phone}" in text or "{number}" in text for text in texts):
        return {"body": _("Say where the number and the message belong: %(places)s") % {"places": "{phone}, {text}"}}
    header = says.get("header", "")
    if header and not all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in header):
        return {"header": _("A header is a word of letters and hyphens.")}
    return {}


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """The document with each text in it changed; a value never becomes structure."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [replaced(each, change) for each in value]
    return {key: replaced(each, change) for key, each in value.items()} if isinstance(value, dict) else value


def _placed(text: str, values: Mapping[str, str]) -> str:
    """Once from the left, so that what a value says is never read as a place."""
    found, at = [], 0
    while (start := text.find("{", at)) >= 0:
        end = text.find("}", start)
        name = text[start + 1 : end] if end > 0 else ""
        found.append(text[at:start])
        found.append(values[name] if name in PLACES else text[start : start + 1])
        at = end + 1 if name in PLACES else start + 1
    return "".join([*found, text[at:]])


def _read(taken: str, status: int, answer: bytes) -> str:
    said = answer.decode("utf-8", "replace")
    packed = lambda text: "".join(text.split())
    if 200 <= status < 300 and packed(taken) in packed(said):
        return ""
    if status in (429, 503):
        raise Busy(f"HTTP {status}")
    raise (Unsure if status >= 500 else Declined)(f"HTTP {status} {_readable(said)[:SHOWN]}")


def _readable(said: str) -> str:
    """JSON with its signs as they are read."""
    try:
        return json.dumps(json.loads(said), ensure_ascii=False)
    except (ValueError, RecursionError):
        return said


__all__ = ["Gateway", "objection", "replaced"]
