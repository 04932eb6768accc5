"""Identifiers: the unified social credit code, the resident identity number, and numbers that the system gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from guanxi.kernel.china import resident_id, uscc
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Invalid, Kind, Label, Reader
from guanxi.kernel.fields.text import TextKind


class CreditCodeKind(TextKind):
    """Unified social credit code, checked by GB 32100-2015."""

    name = "uscc"
    operators = ("is", "starts", "in", "empty", "not_empty")

    def __init__(self) -> None:
        super().__init__(max_length=40)
        self.width = 180

    def read(self, raw: Any, reader: Reader) -> str:
        try:
            return uscc.check(str(raw))
        except ValueError:
            raise Invalid(_("This is no unified social credit code: 18 characters, the last one a check digit.")) from None

    def test(self, op: str, operand: Any) -> Primitive:
        return Kind.test(self, op, operand) if op in ("is", "in") else super().test(op, operand)

    def samples(self) -> Iterable[Any]:
        return ("91330100799655058B",)


class ResidentIdKind(TextKind):
    """Resident identity number, checked by GB 11643-1999; always shown masked."""

    name = "resident_id"
    operators = ("is", "empty", "not_empty")

    def __init__(self) -> None:
        super().__init__(max_length=40)

    def read(self, raw: Any, reader: Reader) -> str:
        try:
            return resident_id.check(str(raw))
        except ValueError:
            raise Invalid(_("This is no resident identity number: 18 characters, the last one a check digit.")) from None

    def test(self, op: str, operand: Any) -> Primitive:
        return Kind.test(self, op, operand)

    def html(self, value: Any, reader: Reader) -> str:
        return self.mask(value)

    def mask(self, value: Any) -> str:
        return resident_id.mask(value) if value else ""

    def samples(self) -> Iterable[Any]:
        return ("11010519491231002X",)


class NumberKind(TextKind):
    """A number that the system gives: prefix, month and counter, as in KH-202611-0001."""

    name = "number"
    operators = ("is", "starts", "contains", "in")

    def __init__(self, prefix: str, reset: str = "month", digits: int = 4) -> None:
        super().__init__(max_length=40)
        self.prefix, self.reset, self.digits = prefix, reset, digits
        self.width = 150

    def samples(self) -> Iterable[Any]:
        return ()


def _options(label: Label, *, blank: bool, django: dict[str, Any]) -> dict[str, Any]:
    return {"max_length": 40, "default": "", "blank": blank, "verbose_name": label, **django}


class CreditCode(Declared, models.CharField):
    """A credit-code column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(**_options(label, blank=blank, django=django))
        self.declare(CreditCodeKind(), required=not blank, help=help, aliases=aliases, search="code")


class ResidentId(Declared, models.CharField):
    """An identity-number column."""

    def __init__(self, label: Label, *, blank: bool = True, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(**_options(label, blank=blank, django=django))
        self.declare(ResidentIdKind(), required=not blank, help=help, aliases=aliases, search="code")


class AutoNumber(Declared, models.CharField):
    """A column filled by the counter of its prefix; people never write it."""

    def __init__(self, label: Label, *, prefix: str = "", aliases: Sequence[str] = (), **django: Any) -> None:
        super().__init__(**_options(label, blank=True, django=django))
        self.declare(NumberKind(prefix), required=False, computed=True, aliases=aliases, search="code")
