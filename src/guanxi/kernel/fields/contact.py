"""Ways to reach somebody: phone, e-mail, web address, region and street."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel.china import phone, regions
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader, picker
from guanxi.kernel.fields.text import TextKind


class PhoneKind(Kind):
    """A normalised number, veiled on screen: revealing it is a request of its own, authorised and logged."""

    name = "phone"
    operators = ("is", "contains", "empty", "not_empty")
    control = "tel"
    blank = ""
    json_type = {"type": "string"}
    width = 140

    def read(self, raw: Any, reader: Reader) -> str:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        try:
            return phone.parse(str(raw))
        except ValueError:
            raise Invalid(_("Give a phone number such as 138 1234 6021 or 0571-8888 1234.")) from None

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        if op == "contains":
            digits = "".join(c for c in str(raw) if c.isdigit())
            if len(digits) < 3:
                raise Invalid(_("Give at least three digits."))
            return digits
        return super().operand(op, raw, reader)

    def test(self, op: str, operand: Any) -> Primitive:
        return Primitive("contains", operand) if op == "contains" else super().test(op, operand)

    def text(self, value: Any, reader: Reader) -> str:
        return phone.show(value) if value else ""

    def html(self, value: Any, reader: Reader) -> str:
        return f'<span class="tel">{escape(phone.mask(value))}</span>' if value else ""

    def mask(self, value: Any) -> str:
        return phone.mask(value) if value else ""

    def samples(self) -> Iterable[Any]:
        return ("13812346021", "0571-88881234", "４００ 820 8820", "+44 20 7946 0958")


class EmailKind(TextKind):
    """An e-mail address, stored in lower case."""

    name = "email"
    control = "email"
    _check = EmailValidator()

    def __init__(self) -> None:
        super().__init__(max_length=254)

    def read(self, raw: Any, reader: Reader) -> str:
        address = super().read(raw, reader).replace("＠", "@").lower()
        try:
            self._check(address)
        except ValidationError:
            raise Invalid(_("Give an e-mail address such as name@example.com.")) from None
        return address

    def html(self, value: Any, reader: Reader) -> str:
        return f'<a href="mailto:{escape(value)}">{escape(value)}</a>' if value else ""

    def samples(self) -> Iterable[Any]:
        return ("a@example.com", "Wang.YT@Example.com")


class UrlKind(TextKind):
    """A web address; http is understood, other schemes are refused."""

    name = "url"
    control = "url"
    _check = URLValidator(schemes=["http", "https"])

    def __init__(self) -> None:
        super().__init__(max_length=500)

    def read(self, raw: Any, reader: Reader) -> str:
        address = super().read(raw, reader)
        if "://" not in address:
            address = f"https://{address}"
        try:
            self._check(address)
        except ValidationError:
            raise Invalid(_("Give a web address such as www.example.com.")) from None
        return address

    def html(self, value: Any, reader: Reader) -> str:
        if not value:
            return ""
        return f'<a href="{escape(value)}" target="_blank" rel="noopener noreferrer">{escape(urlsplit(value).netloc or value)}</a>'

    def samples(self) -> Iterable[Any]:
        return ("www.example.com", "https://例子.测试/路径")


class RegionKind(Kind):
    """A province, city or district by its six-digit code (GB/T 2260); a condition on a province means everything in it."""

    name = "region"
    facet = True
    operators = ("in", "not_in", "empty", "not_empty")
    stored = "integer"
    json_type = {"type": ["string", "null"]}
    width = 120

    def read(self, raw: Any, reader: Reader) -> int:
        found = regions.find(f"{raw:06d}" if isinstance(raw, int) else str(raw))
        if found is None:
            raise Invalid(_("“%(place)s” is no province, city or district. Write it like 浙江省 杭州市 滨江区.") % {"place": raw})
        return int(found.code)

    def test(self, op: str, operand: Any) -> Primitive:
        if op in ("in", "is"):
            codes = operand if isinstance(operand, list) else [operand]
            return Primitive("ranges", [tuple(int(end) for end in regions.within(f"{code:06d}")) for code in codes])
        return super().test(op, operand)

    def text(self, value: Any, reader: Reader) -> str:
        return regions.label(f"{value:06d}") if value else ""

    def export(self, value: Any, reader: Reader) -> Any:
        return regions.full(f"{value:06d}") if value else None

    def json(self, value: Any) -> Any:
        return f"{value:06d}" if value else None

    def from_json(self, data: Any) -> Any:
        return int(data)

    def typed(self, value: Any, reader: Reader) -> str:
        return self.text(value, reader)

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        return picker(bound, name or bound.key, "/_pick/regions/", self.json(value) or "", self.text(value, reader))

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": r.code, "label": r.name} for r in regions.children(None)]

    def samples(self) -> Iterable[Any]:
        return ("浙江省杭州市滨江区", "北京", "440300")


def _text_options(label: Label, *, blank: bool, django: dict[str, Any]) -> dict[str, Any]:
    return {"verbose_name": label, "blank": blank, "default": "", **django}


class Phone(Declared, models.CharField):
    """A phone column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        django.setdefault("max_length", 40)
        super().__init__(**_text_options(label, blank=blank, django=django))
        self.declare(PhoneKind(), required=not blank, help=help, aliases=aliases, search="phone")


class Email(Declared, models.CharField):
    """An e-mail column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        django.setdefault("max_length", 254)
        super().__init__(**_text_options(label, blank=blank, django=django))
        self.declare(EmailKind(), required=not blank, help=help, aliases=aliases, search="code")


class Url(Declared, models.CharField):
    """A web-address column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        django.setdefault("max_length", 500)
        super().__init__(**_text_options(label, blank=blank, django=django))
        self.declare(UrlKind(), required=not blank, help=help, aliases=aliases)


class Region(Declared, models.IntegerField):
    """A region column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(RegionKind(), required=not blank, help=help, aliases=aliases)
