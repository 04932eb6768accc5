"""The choice lists of the company as its administrators see them: which fields offer them, and how many records bear each value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from guanxi.kernel import patience
from guanxi.kernel.dictionary import DECLARED, Dictionary, Item
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.choice import ChoiceKind, TagsKind
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.registry import registry


@dataclass(frozen=True)
class Use:
    """A field that offers a list."""

    entity: Entity
    field: Field

    @property
    def several(self) -> bool:
        """Whether a record may bear several values of it."""
        return isinstance(self.field.kind, TagsKind)

    @property
    def table(self) -> str:
        """Where the records are."""
        return str(self.entity.table)

    @property
    def unnested(self) -> str:
        """SQL of a set of the ids of values that a record bears."""
        column, key = self.field.column, self.field.key
        if isinstance(column, Keyed):
            one, many = (
                f"(custom->>'{key}')::bigint",
                f"jsonb_array_elements_text(CASE jsonb_typeof(custom->'{key}') WHEN 'array' THEN custom->'{key}' END)::bigint",
            )
            return f"(SELECT {many})" if self.several else f"(SELECT {one})"
        return f'unnest("{column.path}")' if self.several else f'(SELECT "{column.path}"::bigint)'


@dataclass(frozen=True)
class ListOf:
    """A choice list with what offers it."""

    dictionary: Dictionary
    uses: tuple[Use, ...]

    @property
    def code(self) -> str:
        """Its code."""
        return self.dictionary.code

    @property
    def label(self) -> str:
        """What people call it: the fields that offer it, each name once."""
        return " / ".join(dict.fromkeys(str(use.field.label) for use in self.uses)) or self.code

    @property
    def items(self) -> list[Item]:
        """Its values in order, without those that were merged into others."""
        return [item for item in self.dictionary.items() if item.into is None]

    @property
    def above(self) -> ListOf | None:
        """The list by whose value the choice is narrowed."""
        if self.dictionary.under:
            return get(self.dictionary.under)
        for use in self.uses:
            on = use.entity.fields.get(getattr(use.field.kind, "depends_on", "") or "")
            if on is not None and isinstance(on.kind, ChoiceKind):
                return get(on.kind.dictionary.code)
        return None


def everything() -> list[ListOf]:
    """Every list that a field offers, by name."""
    found = [ListOf(dictionary, tuple(_uses(code))) for code, dictionary in DECLARED.items()]
    return sorted((each for each in found if each.uses), key=lambda each: each.label)


def get(code: str) -> ListOf | None:
    """One list."""
    return next((each for each in everything() if each.code == code), None)


def _uses(code: str) -> Iterator[Use]:
    for entity in registry:
        for field in entity.fields.values():
            if isinstance(field.kind, ChoiceKind) and field.kind.dictionary.code == code:
                yield Use(entity, field)


def counts(of: ListOf) -> dict[int, int] | None:
    """How many records bear each value, the recycle bin left out; None where that takes too long to count."""
    found: dict[int, int] = {}
    try:
        with patience.within(), connection.cursor() as cursor:
            for use in of.uses:
                cursor.execute(
                    f'SELECT v, count(*) FROM "{use.table}" t, LATERAL {use.unnested} AS each(v) '
                    "WHERE t.deleted_at IS NULL AND v IS NOT NULL GROUP BY v"
                )
                for value, number in cursor.fetchall():
                    found[value] = found.get(value, 0) + number
    except patience.TooMuch:
        return None
    return found


__all__ = ["ListOf", "Use", "counts", "everything", "get"]
