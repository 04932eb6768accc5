"""What is found by the words of the search: the fields that an entity declares, and those of its own that administrators add to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.fields.column import Keyed

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: The field class of each kind that the words of a search can mean; sealed text is found by nothing.
CLASSES = {"text": "text", "choice": "text", "tags": "text", "email": "code", "url": "code", "number": "code", "phone": "phone"}


def possible(entity: Entity, field: Field) -> bool:
    """Whether an own field can be found by the search: its entity is searched, and people write the value or the system gives it once."""
    written = isinstance(field.column, Keyed) and not field.formula
    return bool(entity.search) and written and field.kind.name in CLASSES


def keys(entity: Entity) -> tuple[str, ...]:
    """The fields of an entity that the search finds records by."""
    if not entity.search:
        return ()
    return (*entity.search, *(key for key, field in entity.fields.items() if field.search and isinstance(field.column, Keyed)))


def texts(field: Field, value: Any) -> Iterator[str]:
    """What a value says to the search: a chosen one by its labels in both languages, whoever reads."""
    if not isinstance(field.kind, ChoiceKind):
        yield str(value)
        return
    for each in value if isinstance(value, list) else [value]:
        item = field.kind.dictionary.by_id(each)
        if item is not None:
            yield from dict.fromkeys((item.zh, item.en))


__all__ = ["CLASSES", "keys", "possible", "texts"]
