"""What names an own field goes with it into its other sort: kept conditions, columns and layouts, as far as they make sense there.

What would make none stays as it is, speaks of a field that is no more, and is told of before: a condition is never made wider.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import layouts
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.fields.base import Field, Invalid, Kind, Reader
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.models import CustomField, FormLayout

#: Operators whose operand is a value of the field, not a part of one or a span of time.
OF_VALUES = ("is", "is_not", "in", "not_in", "lt", "lte", "gt", "gte", "between", "before", "after")
#: A value of the one kind as one of the other. Raises Invalid.
Converting = Callable[[Any], Any]


class Unfit(Exception):
    """What a condition says of the field cannot be said of the other sort."""


@dataclass(frozen=True)
class Move:
    """A field whose values are another's from now on; `key` is empty while somebody only looks what would become of it.

    `kind` is the other sort; None for a list that is yet to be made of the values.
    """

    former: Field
    kind: Kind | None
    converting: Converting
    key: str = ""

    def names(self, document: Any) -> bool:
        """Whether a document speaks of the field, itself or by way of other records."""
        if isinstance(document, str):
            return self._way.search(document) is not None
        if isinstance(document, dict):
            return any(self.names(each) for pair in document.items() for each in pair)
        return isinstance(document, list | tuple) and any(self.names(each) for each in document)

    def renamed(self, document: Any) -> Any:
        """A document of keys, `-f12` and `contacts.f12` among them, with the key that the field has now."""
        if isinstance(document, str):
            return self._way.sub(rf"\g<1>{self.key or self.former.key}", document)
        if isinstance(document, dict):
            return {self.renamed(key): self.renamed(value) for key, value in document.items()}
        return [self.renamed(each) for each in document] if isinstance(document, list) else document

    def where(self, document: Any) -> Any:
        """A condition about the other sort of field. Raises Unfit."""
        if not isinstance(document, list) or not document:
            return document
        head, *rest = document
        if head in ("and", "or", "not") and all(isinstance(part, list) for part in rest):
            return [head, *(self.where(part) for part in rest)]
        if not isinstance(head, str) or not self.names(head):
            return document
        operand = [self._operand(str(rest[0]), rest[1])] if len(rest) > 1 else []
        return [self.renamed(head), *rest[:1], *self._judged(str(rest[0]) if rest else "", operand)]

    @property
    def _way(self) -> re.Pattern[str]:
        return _ways(self.former.key)

    def _judged(self, operator: str, operand: list[Any]) -> list[Any]:
        if operator not in (ChoiceKind.operators if self.kind is None else self.kind.operators):
            raise Unfit
        try:
            if self.kind is not None:
                self.kind.operand(operator, operand[0] if operand else None, Reader(SYSTEM))
        except Invalid:
            raise Unfit from None
        return operand

    def _operand(self, operator: str, raw: Any) -> Any:
        """What the field is compared with, as the other sort writes it; words such as `today` stay."""
        if isinstance(raw, list):
            return [self._operand(operator, each) for each in raw]
        if self.kind is None or operator not in OF_VALUES:
            return raw
        try:
            return self.kind.json(self.converting(self.former.kind.read(raw, Reader(SYSTEM))))
        except Invalid:
            return raw


def _ways(key: str) -> re.Pattern[str]:
    """A key alone, behind a minus, or as a step of a way over other records."""
    return re.compile(rf"(^-?|(?<=\.)){key}(?=$|\.)")


#: What keeps conditions and columns: given a move and whether to write, tells (what it is, whether it goes along) of what names the field.
Keeper = Callable[[Move, bool], Iterator[tuple[str, bool]]]
_keepers: list[Keeper] = []


def kept_by(keeper: Keeper) -> Keeper:
    """Called by each floor that keeps something by the keys of fields."""
    _keepers.append(keeper)
    return keeper


def named(move: Move) -> list[tuple[str, bool]]:
    """What names the field, and whether it would go along."""
    return [each for keeper in _keepers for each in keeper(move, False)]


def follow(move: Move) -> None:
    """Have all of it go along, as far as it can."""
    for keeper in _keepers:
        for _told in keeper(move, True):
            pass


def conditions(rows: Iterable[Any], column: str, told: Callable[[Any], str], move: Move, *, write: bool) -> Iterator[tuple[str, bool]]:
    """The conditions that rows keep in a column of JSON."""
    for row in rows:
        document = getattr(row, column)
        if move.names(document):
            try:
                moved = move.where(document)
            except Unfit:
                yield told(row), False
                continue
            if write:
                type(row).objects.filter(pk=row.pk).update(**{column: moved})
            yield told(row), True


@kept_by
def rules(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """When other fields are asked for."""
    for name in ("shown_when", "asked_when"):
        yield from conditions(
            CustomField.objects.filter(active=True),
            name,
            lambda row: _("Rule of the field “%(name)s”") % {"name": row.label},
            move,
            write=write,
        )


@kept_by
def arrangements(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Where it stands on forms and pages."""
    for row in FormLayout.objects.all():
        if move.names(row.document):
            if write:
                FormLayout.objects.filter(pk=row.pk).update(document=move.renamed(row.document))
                layouts.clear()
            yield _("A layout"), True


__all__ = ["Keeper", "Move", "Unfit", "conditions", "follow", "kept_by", "named"]
