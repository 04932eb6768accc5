"""The services that messages go out by. One more is a file and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from guanxi.kernel.fields.base import Label
from guanxi.surfaces.channels.providers.aliyun import Aliyun
from guanxi.surfaces.channels.providers.base import Busy, Declined, Parcel, Provider, Report, Setting, Unsure, within
from guanxi.surfaces.channels.providers.gateway import Gateway
from guanxi.surfaces.channels.providers.smtp import Smtp
from guanxi.surfaces.channels.providers.tencent import Tencent

PROVIDERS: Mapping[str, Provider] = {each.code: each for each in (Aliyun(), Tencent(), Gateway(), Smtp())}
#: What is sent: its name, the kind of field that holds the address, the sort of text that fits, and its icon.
MEDIA: Mapping[str, tuple[Label, str, str, str]] = {
    "sms": (_("Text message"), "phone", "message", "device-mobile"),
    "mail": (_("Mail"), "email", "mail", "mail"),
}

__all__ = ["MEDIA", "PROVIDERS", "Busy", "Declined", "Parcel", "Provider", "Report", "Setting", "Unsure", "within"]
