"""Which values a merged record bears: what a person chose field by field, and what follows where he chose nothing.

A gap of the survivor is filled from the others. What the person may see but not set stays as the survivor has it; what is
hidden from him or masked is not lost either: it fills a gap of the survivor unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.column import Linked

#: Instead of the id of a record: what all of them say together, for lists.
ALL = "all"
CLOSED = ("hidden", "masked")


def open_fields(entity: Entity, actor: Actor) -> dict[str, Field]:
    """The fields whose value the actor chooses."""
    return {k: f for k, f in entity.writable(actor).items() if actor.right(entity.key, k) not in CLOSED}


def closed_fields(entity: Entity, actor: Actor) -> list[Field]:
    """The fields that the actor does not see, or only masked."""
    return [f for k, f in entity.fields.items() if not f.computed and actor.right(entity.key, k) in CLOSED]


def is_list(field: Field) -> bool:
    """Whether its value may be that of all records together."""
    return field.kind.stored == "list"


def value_of(entity: Entity, field: Field, row: Any, family: Sequence[int]) -> Any:
    """What a record says in a field; a reference to one of those that become one is none."""
    value = field.value(row)
    if getattr(field.kind, "to", "").lower() != entity.key:
        return value
    return [i for i in value if i not in family] if isinstance(field.column, Linked) else None if value in family else value


def together(entity: Entity, field: Field, rows: Sequence[Any], family: Sequence[int]) -> list[Any]:
    """What all of them say in a list, each once, in the order in which it is said."""
    return list(dict.fromkeys(each for row in rows for each in value_of(entity, field, row, family) or ()))


def choose(entity: Entity, rows: Sequence[Any], choices: Mapping[str, int | str], actor: Actor) -> tuple[dict[str, Any], dict[str, str]]:
    """The open values by key as `choices` say, the survivor being the first of the `rows`; and the currencies of amounts.

    Raises Invalidated.
    """
    from guanxi.kernel.write.errors import Invalidated

    fields, family = open_fields(entity, actor), [row.id for row in rows]
    errors = {k: said for k, choice in choices.items() if (said := _wrong(entity, k, choice, fields, family, actor))}
    if errors:
        raise Invalidated(errors)
    values: dict[str, Any] = {}
    codes: dict[str, str] = {}
    for key, field in fields.items():
        choice = choices.get(key)
        if choice == ALL:
            values[key] = together(entity, field, rows, family)
            continue
        row = next((r for r in rows if r.id == choice), None) or _first_filled(entity, field, rows, family)
        values[key] = value_of(entity, field, row, family)
        if hasattr(row, f"{key}_currency"):
            codes[key] = getattr(row, f"{key}_currency")
    return values, codes


def _wrong(entity: Entity, key: str, choice: int | str, fields: Mapping[str, Field], family: Sequence[int], actor: Actor) -> str:
    """Why a choice is none; empty where it is fine."""
    shown = entity.visible(actor).get(key)
    if key not in fields:
        if shown is not None and choice == family[0]:
            return ""  # it stays as it is
        return _("“%(name)s” cannot be set.") % {"name": shown.label if shown is not None else key}
    if choice in family or (choice == ALL and is_list(fields[key])):
        return ""
    return _("Choose one of the records that become one.")


def _first_filled(entity: Entity, field: Field, rows: Sequence[Any], family: Sequence[int]) -> Any:
    """The record whose value stands where nobody chose. Whose it is is never changed unasked."""
    if field.key == "owner":
        return rows[0]
    return next((row for row in rows if not field.kind.is_blank(value_of(entity, field, row, family))), rows[0])


def unseen(entity: Entity, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
    """What fills gaps of the survivor in fields that the actor may not see."""
    family, found = [row.id for row in rows], {}
    for field in closed_fields(entity, actor):
        if field.key == "owner" or not field.kind.is_blank(value_of(entity, field, rows[0], family)):
            continue
        row = _first_filled(entity, field, rows, family)
        code = f"{field.key}_currency"
        if row is not rows[0] and getattr(row, code, None) == getattr(
            rows[0], code, None
        ):  # an amount in another currency is another amount
            found[field.key] = value_of(entity, field, row, family)
    return found


__all__ = ["ALL", "choose", "closed_fields", "is_list", "open_fields", "together", "unseen", "value_of"]
