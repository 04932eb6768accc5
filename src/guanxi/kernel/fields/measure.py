"""Measures that people say in their own way: a share in percent, one to five stars, hours and minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from guanxi.kernel.china.width import fold
from guanxi.kernel.fields.base import Declared, Field, Invalid, Label, Reader
from guanxi.kernel.fields.number import DecimalKind, IntegerKind

STARS = 5
HOUR = 60
#: A hundred years: longer than anything that people plan by the hour.
LONGEST = 100 * 366 * 24 * HOUR
_CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::00)?")
_WORDS = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(?:hours?|hrs?|h|小时|个小时|时))?\s*(?:(\d+)\s*(?:minutes?|mins?|m|分钟|分))?")


class PercentKind(DecimalKind):
    """A share of a hundred: 12.5 is 12.5 %."""

    name = "percent"
    foot = "avg"
    width = 90

    def __init__(self, places: int = 2) -> None:
        super().__init__(places=places, unit="%")

    def read(self, raw: Any, reader: Reader) -> Decimal:
        if isinstance(raw, str):
            raw = fold(raw).strip().removesuffix("%").strip()
        return super().read(raw, reader)


class RatingKind(IntegerKind):
    """One to five stars."""

    name = "rating"
    foot = "avg"
    align = ""
    width = 100

    def __init__(self) -> None:
        super().__init__(1, STARS)

    def read(self, raw: Any, reader: Reader) -> int:
        text = raw.strip() if isinstance(raw, str) else raw
        if isinstance(text, str) and text and set(text) <= {"★", "☆"}:
            text = text.count("★")
        return super().read(text, reader)

    def html(self, value: Any, reader: Reader) -> str:
        if not value:
            return ""
        words = ngettext("%(n)d star", "%(n)d stars", value) % {"n": value}
        return str(Markup('<span class="rated" role="img" aria-label="{}">{}</span>').format(words, "★" * value + "☆" * (STARS - value)))

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        """Radio buttons that look like stars: arrow keys and fingers both work without a script."""
        key = name or bound.key
        one = Markup('<label{5}><input type="radio" name="{0}" value="{1}"{2} aria-label="{3}"><span aria-hidden="true">{4}</span></label>')
        lines = [one.format(key, "", "" if value else Markup(" checked"), _("No rating"), "×", Markup(' class="none"'))]
        for n in range(1, STARS + 1):
            on = Markup(" checked") if value == n else ""
            lines.append(one.format(key, n, on, ngettext("%(n)d star", "%(n)d stars", n) % {"n": n}, "★", ""))
        group = Markup(
            '<input type="hidden" name="{0}" value=""><span class="stars" role="radiogroup" id="f-{0}" aria-label="{2}">{1}</span>'
        )
        return group.format(key, Markup("").join(lines), bound.label)

    def samples(self) -> Iterable[Any]:
        return (4, "★★★☆☆", "5")


class DurationKind(IntegerKind):
    """Hours and minutes, kept in minutes: typed as 1:30, 1h 30m, 1小时30分, 1.5h, or as minutes alone."""

    name = "duration"
    control = "text"
    width = 110

    def __init__(self) -> None:
        super().__init__(0, LONGEST)

    def read(self, raw: Any, reader: Reader) -> int:
        if isinstance(raw, time):  # what a workbook makes of 1:30
            return raw.hour * HOUR + raw.minute
        if isinstance(raw, timedelta):
            return super().read(int(raw.total_seconds() // HOUR), reader)
        text = fold(str(raw)).strip().lower() if isinstance(raw, str) else ""
        if found := _CLOCK.fullmatch(text):
            return super().read(int(found[1][:12]) * HOUR + int(found[2]), reader)
        if (found := _WORDS.fullmatch(text)) and (found[1] or found[2]):
            minutes = Decimal((found[1] or "0")[:12]) * HOUR + Decimal((found[2] or "0")[:12])
            return super().read(minutes.to_integral_value(), reader)
        try:
            return super().read(raw, reader)
        except Invalid:
            raise Invalid(_("Give hours and minutes, such as 1:30, or minutes alone.")) from None

    def text(self, value: Any, reader: Reader) -> str:
        if value is None:
            return ""
        hours, minutes = divmod(value, HOUR)
        said = [_("%(n)s h") % {"n": f"{hours:,}"} if hours else "", _("%(n)d min") % {"n": minutes} if minutes or not hours else ""]
        return " ".join(filter(None, said))

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else f"{value // HOUR}:{value % HOUR:02d}"

    def export(self, value: Any, reader: Reader) -> Any:
        return self.typed(value, reader) or None

    def schema(self) -> dict[str, Any]:
        return {**self.json_type, "description": "minutes"}

    def samples(self) -> Iterable[Any]:
        return (90, "1:30", "2小时5分", "45m", "0:00")


class Percent(Declared, models.DecimalField):
    """A share column."""

    def __init__(
        self, label: Label, *, places: int = 2, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, max_digits=18, decimal_places=places, **django)
        self.declare(PercentKind(places), required=not blank, help=help, aliases=aliases)


class Rating(Declared, models.SmallIntegerField):
    """A column of stars."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(RatingKind(), required=not blank, help=help, aliases=aliases)


class Duration(Declared, models.BigIntegerField):
    """A column of minutes."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(DurationKind(), required=not blank, help=help, aliases=aliases)
