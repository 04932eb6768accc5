"""A place on the earth: latitude and longitude by WGS 84, as a phone or a satellite receiver says them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel.china.width import fold
from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader

#: A sixth decimal of a degree is a tenth of a metre.
PLACES = Decimal("0.000001")
_PAIR = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,15})?)\s*[,;、\s]\s*([+-]?\d{1,3}(?:\.\d{1,15})?)")
#: The map that is opened by a person's own click; it is told that the pair is WGS 84.
MAP = "https://uri.amap.com/marker?position={longitude},{latitude}&coordinate=wgs84"


class GeoKind(Kind):
    """`latitude,longitude` in degrees, six decimals each."""

    name = "geo"
    operators = ("is", "empty", "not_empty")
    sortable = False
    blank = ""
    json_type = {"type": "string", "pattern": r"^(-?\d{1,2}\.\d{6},-?\d{1,3}\.\d{6})?$", "description": "latitude,longitude (WGS 84)"}
    width = 190

    def read(self, raw: Any, reader: Reader) -> str:
        found = _PAIR.fullmatch(fold(str(raw)).strip().strip("()"))
        if found is None:
            raise Invalid(_("Give latitude and longitude in degrees, such as 30.274150,120.155150."))
        latitude, longitude = Decimal(found[1]), Decimal(found[2])
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise Invalid(_("Latitude goes from -90 to 90 and longitude from -180 to 180; latitude comes first."))
        return f"{_degrees(latitude)},{_degrees(longitude)}"

    def html(self, value: Any, reader: Reader) -> str:
        """The pair; the map is one click away and nothing is asked of it before."""
        if not value:
            return ""
        latitude, longitude = value.split(",")
        place = MAP.format(latitude=latitude, longitude=longitude)
        return str(Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(place, value))

    def samples(self) -> Iterable[Any]:
        return ("30.274150,120.155150", "-33.8688, 151.2093", "（90，-180）")


def _degrees(value: Decimal) -> str:
    rounded = value.quantize(PLACES)
    return f"{rounded if rounded else abs(rounded):.6f}"


class GeoPoint(Declared, models.CharField):
    """A column of a place; empty is ''."""

    def __init__(self, label: Label, *, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(**{"verbose_name": label, "max_length": 24, "blank": True, "default": "", **django})
        self.declare(GeoKind(), required=False, help=help, aliases=aliases)
